; a body that the linker may replace says nothing

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define weak void @replaceable(ptr %p) nounwind {
  ret void
}

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @replaceable(ptr %p) ; error: R0902
  call void @croft.pop(ptr %r)
  ret void
}
