; opened under a condition and ended under the same: constants tell that no path opens it and does not end it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %which) nounwind {
entry:
  br i1 %which, label %open, label %join
open:
  %r = call ptr @croft.push()
  br label %join
join:
  %opened = phi i1 [ true, %open ], [ false, %entry ]
  %h = phi ptr [ %r, %open ], [ null, %entry ]
  br i1 %opened, label %end, label %out
end:
  call void @croft.pop(ptr %h)
  br label %out
out:
  ret void
}
