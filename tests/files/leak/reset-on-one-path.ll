; a reset that some iterations skip lets the region grow without bound

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %skip, i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0301
  br i1 %skip, label %latch, label %clean
clean:
  call void @croft.reset(ptr %r)
  br label %latch
latch:
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
