; allocations before and after a loop that only uses them

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i64 %n) nounwind {
entry:
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  store i64 %i, ptr %p
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 %n, ptr %q
  call void @croft.pop(ptr %r)
  ret void
}
