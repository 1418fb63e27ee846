; an exported function calls, in a loop, a callee that allocates into the region it was given itself

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(ptr %r, i1 %again) nounwind {
entry:
  br label %loop
loop:
  call void @one(ptr %r) ; error: R0302
  br i1 %again, label %loop, label %done
done:
  ret void
}

define internal void @one(ptr %r) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  ret void
}
