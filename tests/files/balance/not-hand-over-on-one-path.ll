; a function returns one of two regions, both of which it opened

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %small) nounwind {
  %r = call ptr @begin(i1 %small)
  call void @croft.pop(ptr %r)
  ret void
}

define internal ptr @begin(i1 %small) nounwind noinline {
entry:
  br i1 %small, label %a, label %b
a:
  %r1 = call ptr @croft.push.bounded(i64 64)
  br label %out
b:
  %r2 = call ptr @croft.push()
  br label %out
out:
  %r = phi ptr [ %r1, %a ], [ %r2, %b ]
  ret ptr %r
}
