; what is written to the variable, or to a device's register, may leave the variable as it was
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i64, i64)

define i64 @work(i1 %choice, ptr %other) nounwind {
  %variable = alloca ptr
  %r = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %object, ptr %variable
  %place = select i1 %choice, ptr %variable, ptr inttoptr (i64 4096 to ptr)
  store ptr %other, ptr %place
  call void @croft.pop(ptr %r)
  %found = load ptr, ptr %variable
  %value = load i64, ptr %found ; error: R0907
  ret i64 %value
}
