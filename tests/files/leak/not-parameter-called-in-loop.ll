; the callee resets the region it is given before it allocates, on the caller's behalf

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  call void @one(ptr %r)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @one(ptr %r) nounwind noinline {
  call void @croft.reset(ptr %r)
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  ret void
}
