; a callee is given a number that was read from the region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 6, ptr %p
  %i = load i64, ptr %p
  %h = call i64 @hash(i64 %i)
  call void @croft.pop(ptr %r)
  ret i64 %h
}

define internal i64 @hash(i64 %i) nounwind noinline {
  %h = lshr i64 %i, 4
  ret i64 %h
}
