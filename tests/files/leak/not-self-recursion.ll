; only the base case allocates: once for each call from outside

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define ptr @walk(ptr %r, i64 %n) nounwind {
entry:
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %base, label %more
base:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 %n, ptr %p
  ret ptr %p
more:
  %m = sub i64 %n, 1
  %q = call ptr @walk(ptr %r, i64 %m)
  ret ptr %q
}
