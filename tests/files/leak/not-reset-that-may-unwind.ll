; the callee cannot unwind

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @reset_it(ptr) nounwind "croft.effects"="reset(arg0, always); nounwind"
declare i1 @more() nounwind "croft.effects"="pure"

define void @main() nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 7, ptr %p
  call void @reset_it(ptr %r)
  %again = call i1 @more()
  br i1 %again, label %loop, label %out
out:
  call void @croft.pop(ptr %r)
  ret void
}
