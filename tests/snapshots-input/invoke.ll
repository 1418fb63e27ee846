; An operation that is invoked, and ended on the normal way and on the unwinding one.
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64)
declare i32 @personality(...)

define void @kernel() personality ptr @personality {
entry:
  %region = call ptr @croft.push()
  %object = invoke ptr @croft.alloc(ptr %region, i64 8, i64 8) to label %normal unwind label %unwinding
normal:
  store volatile i64 1, ptr %object
  call void @croft.pop(ptr %region)
  ret void
unwinding:
  %exception = landingpad { ptr, i32 } cleanup
  call void @croft.pop(ptr %region)
  resume { ptr, i32 } %exception
}
