; a region that a callee opened and handed over is filled in a loop

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %r = call ptr @begin()
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0301
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}

define internal ptr @begin() nounwind noinline {
  %r = call ptr @croft.push()
  ret ptr %r
}
