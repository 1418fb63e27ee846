; a callee resets the region on every return, but the loop also goes on when it unwinds

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare i32 @personality(...)
declare void @reset_or_throw(ptr) "croft.effects"="reset(arg0, always)"
declare i1 @more() nounwind "croft.effects"="pure"

define void @main() nounwind personality ptr @personality {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0301
  store i64 7, ptr %p
  invoke void @reset_or_throw(ptr %r) to label %next unwind label %pad
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  br label %next
next:
  %again = call i1 @more()
  br i1 %again, label %loop, label %out
out:
  call void @croft.pop(ptr %r)
  ret void
}
