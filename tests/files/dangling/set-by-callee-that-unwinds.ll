; a callee that may unwind before it overwrites the pointer, and a caller that catches
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i64, i64)
declare void @may_throw() "croft.effects"="get(args)"
declare i32 @__gxx_personality_v0(...)

define internal void @set(ptr %place, ptr %value) noinline {
  call void @may_throw()
  store ptr %value, ptr %place
  ret void
}

define i64 @work(ptr %other) nounwind personality ptr @__gxx_personality_v0 {
entry:
  %place = alloca ptr
  %r = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %object, ptr %place
  invoke void @set(ptr %place, ptr %other)
          to label %end unwind label %caught
caught:
  %pad = landingpad { ptr, i32 }
          catch ptr null
  br label %end
end:
  call void @croft.pop(ptr %r)
  %found = load ptr, ptr %place
  %value = load i64, ptr %found ; error: R0907
  ret i64 %value
}
