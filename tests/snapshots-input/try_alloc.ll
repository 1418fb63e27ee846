; An allocation that may fail: null and nothing changed.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.try_alloc(ptr, i64, i64) nounwind

define i1 @kernel() nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.try_alloc(ptr %region, i64 8, i64 8)
  %refused = icmp eq ptr %object, null
  call void @croft.pop(ptr %region)
  ret i1 %refused
}
