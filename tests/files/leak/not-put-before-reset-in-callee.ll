; a callee allocates, and resets on every way out

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  call void @fill(ptr %r)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @fill(ptr %r) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  call void @croft.reset(ptr %r)
  ret void
}
