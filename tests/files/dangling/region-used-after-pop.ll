; a region that has ended is allocated into and reset

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @alloc() nounwind {
  %r = call ptr @croft.push()
  call void @croft.pop(ptr %r)
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0404 "croft.alloc"
  ret void
}

define void @reset() nounwind {
  %r = call ptr @croft.push()
  call void @croft.pop(ptr %r)
  call void @croft.reset(ptr %r) ; error: R0404 "croft.reset"
  ret void
}
