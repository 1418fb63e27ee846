; the base case allocates, but a level calls itself twice: the number of base cases has no bound

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @walk(ptr %r, i64 %n) nounwind {
entry:
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %base, label %more
base:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0304
  store i64 %n, ptr %p
  ret void
more:
  %m = sub i64 %n, 1
  call void @walk(ptr %r, i64 %m)
  call void @walk(ptr %r, i64 %m)
  ret void
}
