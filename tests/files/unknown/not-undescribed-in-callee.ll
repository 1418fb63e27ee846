; the same callee, and no region pointer in sight

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @other(ptr) nounwind

define void @main() nounwind {
  %local = alloca i64
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @forward(ptr %local)
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @forward(ptr %p) nounwind noinline {
  call void @other(ptr %p)
  ret void
}
