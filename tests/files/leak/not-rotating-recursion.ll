; the regions of three levels are handed down, and each level opens the one that it fills

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @croft.keepalive(ptr) nounwind

define void @walk(ptr %a, ptr %b, ptr %c, i64 %n) nounwind {
entry:
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  store i64 %n, ptr %p
  call void @croft.keepalive(ptr %b)
  call void @croft.keepalive(ptr %c)
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  %fresh = call ptr @croft.push()
  call void @walk(ptr %fresh, ptr %a, ptr %b, i64 %m)
  call void @croft.pop(ptr %fresh)
  br label %done
done:
  ret void
}
