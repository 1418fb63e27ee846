; the same region passed twice to a callee that ends nothing

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %v = call i64 @work(ptr %r, ptr %r)
  call void @croft.pop(ptr %r)
  ret i64 %v
}

define internal i64 @work(ptr %a, ptr %b) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  %q = call ptr @croft.alloc(ptr %b, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr %p, ptr %q
  %v = load i64, ptr %p
  ret i64 %v
}
