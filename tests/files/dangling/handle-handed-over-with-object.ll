; a function opens a region and ends it, but returns an object of it; its twin hands the region over

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define ptr @main() nounwind {
  %r = call ptr @croft.push()
  %box = call ptr @croft.alloc(ptr %r, i64 16, i64 8)
  store ptr %r, ptr %box
  call void @croft.pop(ptr %r)
  ret ptr %box ; error: R0401
}
