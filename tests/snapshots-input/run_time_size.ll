; An array whose length is known at run time only: the multiplication is checked.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind

define i64 @kernel(i64 %count) nounwind {
  %region = call ptr @croft.push()
  %array = call ptr @croft.alloc.array(ptr %region, i64 %count, i64 8, i64 8)
  store i64 %count, ptr %array
  %result = load i64, ptr %array
  call void @croft.pop(ptr %region)
  ret i64 %result
}
