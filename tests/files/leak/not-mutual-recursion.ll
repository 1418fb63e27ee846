; two functions call each other, and the allocation of a level ends with it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @even(i64 %n) nounwind {
entry:
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 %n, ptr %p
  %stop = icmp eq i64 %n, 0
  br i1 %stop, label %done, label %more
more:
  %m = sub i64 %n, 1
  call void @odd(ptr %p, i64 %m)
  br label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @odd(ptr %p, i64 %n) nounwind noinline {
  %v = load i64, ptr %p
  %m = sub i64 %v, 1
  call void @even(i64 %m)
  ret void
}
