; a level swaps its two regions: both are the ones of the first call, and both grow

declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.try_alloc(ptr, i64, i64) nounwind

define void @walk(ptr %a, ptr %b, i64 %n) nounwind {
entry:
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8) ; error: R0304
  store i64 %n, ptr %p
  %q = call ptr @croft.try_alloc(ptr %b, i64 0, i64 8)
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  call void @walk(ptr %b, ptr %a, i64 %m)
  br label %done
done:
  ret void
}
