; an object of the region that the caller passed is left pointing into the function's own

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define ptr @main(ptr %outer) nounwind {
  %head = call ptr @croft.alloc(ptr %outer, i64 16, i64 8)
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr %head ; error: R0402
  call void @croft.pop(ptr %r)
  ret ptr %head
}
