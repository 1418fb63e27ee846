; an object of the inner region may hold a pointer into the outer one, whichever that is

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %small) nounwind {
entry:
  br i1 %small, label %a, label %b
a:
  %r1 = call ptr @croft.push.bounded(i64 64)
  br label %join
b:
  %r2 = call ptr @croft.push()
  br label %join
join:
  %r = phi ptr [ %r1, %a ], [ %r2, %b ]
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %inner = call ptr @croft.push()
  %holder = call ptr @croft.alloc(ptr %inner, i64 8, i64 8)
  store ptr %p, ptr %holder
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %r)
  ret void
}
