; a weak function is given a region to allocate in

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define weak ptr @replaceable(ptr %r) nounwind {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret ptr %p
}

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @replaceable(ptr %r) ; error: R0902
  call void @croft.pop(ptr %r)
  ret void
}
