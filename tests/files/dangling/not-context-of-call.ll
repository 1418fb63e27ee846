; two callers of one identity function: what one passes does not come back to the other

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define ptr @first(ptr %p) nounwind {
  %r = call ptr @croft.push()
  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %q
  %inside = call ptr @same(ptr %q)
  %v = load i64, ptr %inside
  store i64 %v, ptr %p
  call void @croft.pop(ptr %r)
  %outside = call ptr @same(ptr %p)
  ret ptr %outside
}

define ptr @second(ptr %p) nounwind {
  %q = call ptr @same(ptr %p)
  ret ptr %q
}

define internal ptr @same(ptr %p) nounwind noinline {
  %q = getelementptr i8, ptr %p, i64 0
  ret ptr %q
}
