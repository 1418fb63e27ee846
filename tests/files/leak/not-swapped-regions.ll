; a level opens a region for the next one and hands its own on as the parent, which nobody allocates into

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @croft.keepalive(ptr) nounwind

define i64 @walk(ptr %own, ptr %parent, i64 %n) nounwind {
entry:
  %p = call ptr @croft.alloc(ptr %own, i64 8, i64 8)
  store i64 %n, ptr %p
  call void @croft.keepalive(ptr %parent)
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  %fresh = call ptr @croft.push()
  %v = call i64 @walk(ptr %fresh, ptr %own, i64 %m)
  call void @croft.pop(ptr %fresh)
  br label %done
done:
  %w = load i64, ptr %p
  ret i64 %w
}
