; one array for the whole loop, filled by it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind

define void @main(i64 %n) nounwind {
entry:
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc.array(ptr %r, i64 %n, i64 8, i64 8)
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = getelementptr i64, ptr %p, i64 %i
  store i64 %i, ptr %at
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
