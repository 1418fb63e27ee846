; A region for each level of a recursion, passed on to the next one.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @kernel(ptr %region, i64 %level) nounwind {
entry:
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 %level, ptr %object
  %stop = icmp eq i64 %level, 0
  br i1 %stop, label %done, label %deeper
deeper:
  %below = sub i64 %level, 1
  %inner = call ptr @croft.push()
  %sum = call i64 @kernel(ptr %inner, i64 %below)
  call void @croft.pop(ptr %inner)
  br label %done
done:
  %result = load i64, ptr %object
  ret i64 %result
}
