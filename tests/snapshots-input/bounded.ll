; A region with a budget.

declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @kernel(i64 %budget) nounwind {
  %region = call ptr @croft.push.bounded(i64 %budget)
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 1, ptr %object
  call void @croft.pop(ptr %region)
  ret void
}
