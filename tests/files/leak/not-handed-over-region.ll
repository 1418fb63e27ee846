; a region that a callee opens and hands over in every iteration, and another callee ends

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  br label %loop
loop:
  %r = call ptr @begin()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @end(ptr %r)
  br i1 %again, label %loop, label %done
done:
  ret void
}

define internal ptr @begin() nounwind noinline {
  %r = call ptr @croft.push()
  ret ptr %r
}

define internal void @end(ptr %r) nounwind noinline {
  call void @croft.pop(ptr %r)
  ret void
}
