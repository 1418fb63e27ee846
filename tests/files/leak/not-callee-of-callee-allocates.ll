; the callee two calls away allocates into a region of its own

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br label %loop
loop:
  call void @outer(ptr %p)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @outer(ptr %p) nounwind noinline {
  call void @inner(ptr %p)
  ret void
}

define internal void @inner(ptr %p) nounwind noinline {
  %r = call ptr @croft.push()
  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %q
  %v = load i64, ptr %q
  store i64 %v, ptr %p
  call void @croft.pop(ptr %r)
  ret void
}
