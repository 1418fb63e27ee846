; the recursion gives each level a fresh region, but a level's loop fills its own

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @walk(i64 %n) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0301
  store i64 %i, ptr %p
  call void @walk(i64 %i)
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
