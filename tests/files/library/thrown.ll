; a pointer into a region is thrown
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare ptr @__cxa_allocate_exception(i64)
declare void @__cxa_throw(ptr, ptr, ptr)
declare i32 @__gxx_personality_v0(...)
@_ZTIPi = external constant ptr

define void @work() personality ptr @__gxx_personality_v0 {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 4, i64 4)
  %e = call ptr @__cxa_allocate_exception(i64 8)
  store ptr %p, ptr %e ; error: R0402
  invoke void @__cxa_throw(ptr %e, ptr @_ZTIPi, ptr null)
          to label %never unwind label %pad
pad:
  %l = landingpad { ptr, i32 } cleanup
  call void @croft.pop(ptr %r)
  resume { ptr, i32 } %l
never:
  unreachable
}
