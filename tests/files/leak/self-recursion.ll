; each level allocates into the region that all levels share

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @walk(ptr %r, i64 %n) nounwind {
entry:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0304 "walk"
  store i64 %n, ptr %p
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  call void @walk(ptr %r, i64 %m)
  %v = load i64, ptr %p
  br label %done
done:
  ret void
}
