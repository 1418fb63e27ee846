; A region for each iteration: its descriptor lives in the frame, opened and ended once a round.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @kernel(i64 %rounds) nounwind {
entry:
  br label %loop
loop:
  %round = phi i64 [ 0, %entry ], [ %next, %loop ]
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 %round, ptr %object
  call void @croft.pop(ptr %region)
  %next = add i64 %round, 1
  %more = icmp ult i64 %next, %rounds
  br i1 %more, label %loop, label %done
done:
  ret void
}
