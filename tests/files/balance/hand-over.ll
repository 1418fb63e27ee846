; a region that a callee opened and handed over is forgotten

declare ptr @croft.push() nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @begin()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret void ; error: R0201
}

define internal ptr @begin() nounwind noinline {
  %r = call ptr @croft.push()
  ret ptr %r
}
