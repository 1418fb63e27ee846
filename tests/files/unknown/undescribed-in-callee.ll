; a callee with a body hands its argument on to a function that nobody described

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @other(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @forward(ptr %p) ; error: R0902 "hands a pointer into a region"
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @forward(ptr %p) nounwind noinline {
  call void @other(ptr %p)
  ret void
}
