; an exception carries a number, and the region ends on its way

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @__cxa_allocate_exception(i64) nounwind "croft.effects"="nounwind"
declare void @__cxa_throw(ptr, ptr, ptr) noreturn "croft.effects"="noreturn"
declare i32 @__gxx_personality_v0(...)

define void @main() personality ptr @__gxx_personality_v0 {
entry:
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 5, ptr %p
  %v = load i64, ptr %p
  %e = call ptr @__cxa_allocate_exception(i64 8)
  store i64 %v, ptr %e
  invoke void @__cxa_throw(ptr %e, ptr null, ptr null) to label %never unwind label %pad
never:
  unreachable
pad:
  %lp = landingpad { ptr, i32 } cleanup
  call void @croft.pop(ptr %r)
  resume { ptr, i32 } %lp
}
