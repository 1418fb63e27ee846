; handles through phi, select, freeze and a call that returns its argument are followed

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(ptr %a, i1 %which) nounwind {
entry:
  %r = call ptr @croft.push()
  br i1 %which, label %left, label %right
left:
  br label %right
right:
  %h = phi ptr [ %r, %entry ], [ %a, %left ]
  %p = call ptr @croft.alloc(ptr %h, i64 8, i64 8)
  %s = select i1 %which, ptr %a, ptr %r
  %q = call ptr @croft.alloc(ptr %s, i64 8, i64 8)
  %f = freeze ptr %r
  %same = call ptr @same(ptr returned %f)
  call void @croft.reset(ptr %same)
  call void @croft.pop(ptr %same)
  ret void
}

define internal ptr @same(ptr returned %r) nounwind noinline {
  ret ptr %r
}
