; A reset, and the allocation after it.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @kernel() nounwind {
  %region = call ptr @croft.push()
  %first = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 1, ptr %first
  call void @croft.reset(ptr %region)
  %second = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 2, ptr %second
  call void @croft.pop(ptr %region)
  ret void
}
