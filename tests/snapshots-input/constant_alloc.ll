; An allocation of constant size: align, compare, bump.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @kernel(i64 %value) nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store i64 %value, ptr %object
  %result = load i64, ptr %object
  call void @croft.pop(ptr %region)
  ret i64 %result
}
