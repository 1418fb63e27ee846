; the explicit forms of the same

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %b = call ptr @croft.alloc.array(ptr %r, i64 2, i64 8, i64 8)
  call void @close(ptr %a)
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @close(ptr %p) nounwind noinline {
  ret void
}
