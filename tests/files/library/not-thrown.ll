; a number of a region is thrown, and caught again by another function
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare ptr @__cxa_allocate_exception(i64)
declare void @__cxa_throw(ptr, ptr, ptr)
declare ptr @__cxa_begin_catch(ptr)
declare void @__cxa_end_catch()
declare i32 @__gxx_personality_v0(...)
@_ZTIi = external constant ptr

define void @work() personality ptr @__gxx_personality_v0 {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 4, i64 4)
  store i32 3, ptr %p
  %n = load i32, ptr %p
  %e = call ptr @__cxa_allocate_exception(i64 4)
  store i32 %n, ptr %e
  invoke void @__cxa_throw(ptr %e, ptr @_ZTIi, ptr null)
          to label %never unwind label %pad
pad:
  %l = landingpad { ptr, i32 } cleanup
  call void @croft.pop(ptr %r)
  resume { ptr, i32 } %l
never:
  unreachable
}

define i32 @caller() personality ptr @__gxx_personality_v0 {
  invoke void @work() to label %done unwind label %pad
done:
  ret i32 0
pad:
  %l = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %l, 0
  %p = call ptr @__cxa_begin_catch(ptr %e)
  %n = load i32, ptr %p
  call void @__cxa_end_catch()
  ret i32 %n
}
