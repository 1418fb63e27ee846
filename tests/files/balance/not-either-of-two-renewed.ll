; a region that a loop renews under a condition is open on every path, under whichever name

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %again, i1 %renew) nounwind {
entry:
  %first = call ptr @croft.push()
  br label %loop
loop:
  %r = phi ptr [ %first, %entry ], [ %next, %latch ]
  br i1 %renew, label %anew, label %latch
anew:
  call void @croft.pop(ptr %r)
  %second = call ptr @croft.push()
  br label %latch
latch:
  %next = phi ptr [ %r, %loop ], [ %second, %anew ]
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %next)
  ret void
}
