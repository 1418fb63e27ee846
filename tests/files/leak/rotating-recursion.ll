; three regions take turns over the levels of a recursion: each of them is filled again after three levels

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @walk(ptr %a, ptr %b, ptr %c, i64 %n) nounwind {
entry:
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8) ; error: R0304
  store i64 %n, ptr %p
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  call void @walk(ptr %b, ptr %c, ptr %a, i64 %m)
  br label %done
done:
  ret void
}
