; the region is ended before the call returns normally, and again where the ways meet

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @other() "croft.effects"=""
declare i32 @__gxx_personality_v0(...)

define void @main() personality ptr @__gxx_personality_v0 {
entry:
  %r = call ptr @croft.push()
  invoke void @other() to label %ok unwind label %pad
ok:
  call void @croft.pop(ptr %r)
  br label %out
pad:
  %lp = landingpad { ptr, i32 } catch ptr null
  br label %out
out:
  call void @croft.pop(ptr %r) ; error: R0205
  ret void
}
