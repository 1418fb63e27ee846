; a phi names whichever of two regions was opened, and ends that one

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %which) nounwind {
entry:
  br i1 %which, label %a, label %b
a:
  %r1 = call ptr @croft.push.bounded(i64 64)
  br label %join
b:
  %r2 = call ptr @croft.push()
  br label %join
join:
  %r = phi ptr [ %r1, %a ], [ %r2, %b ]
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @croft.pop(ptr %r)
  ret void
}
