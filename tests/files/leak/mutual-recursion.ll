; two functions call each other with one region, and one of them allocates

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @even(ptr %r, i64 %n) nounwind {
entry:
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  call void @odd(ptr %r, i64 %m)
  br label %done
done:
  ret void
}

define internal void @odd(ptr %r, i64 %n) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0304
  store i64 %n, ptr %p
  %m = sub i64 %n, 1
  call void @even(ptr %r, i64 %m)
  ret void
}
