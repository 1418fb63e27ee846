; a callee that optimisation compiled to copy a structure as an integer copies the pointer in it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define internal void @copy(ptr %to, ptr %from) nounwind noinline {
  %bits = load i64, ptr %from
  store i64 %bits, ptr %to
  ret void
}

define i64 @main(ptr %out) nounwind {
  %box = alloca ptr
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr %box
  call void @copy(ptr %out, ptr %box) ; error: R0402
  call void @croft.pop(ptr %r)
  ret i64 0
}
