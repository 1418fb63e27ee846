; every way around the loop passes one of two resets

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %skip, i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br i1 %skip, label %other, label %clean
clean:
  call void @croft.reset(ptr %r)
  br label %latch
other:
  call void @croft.reset(ptr %r)
  br label %latch
latch:
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
