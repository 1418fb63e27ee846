; a level calls itself twice, and each call has a region of its own

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @walk(ptr %r, i64 %n) nounwind {
entry:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 %n, ptr %p
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  %a = call ptr @croft.push()
  call void @walk(ptr %a, i64 %m)
  call void @croft.pop(ptr %a)
  %b = call ptr @croft.push()
  call void @walk(ptr %b, i64 %m)
  call void @croft.pop(ptr %b)
  br label %done
done:
  ret void
}
