; a weak function that nobody calls is checked for itself

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define weak ptr @replaceable(ptr %r) nounwind {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret ptr %p
}
