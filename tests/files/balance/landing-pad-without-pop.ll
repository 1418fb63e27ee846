; the landing pad goes on unwinding without ending the region

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
  ret void
pad:
  %lp = landingpad { ptr, i32 } cleanup
  resume { ptr, i32 } %lp ; error: R0201 "unwinds"
}
