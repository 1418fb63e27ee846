; one function opens a region, a second one hands it on, a third one ends it, a fourth does all three

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @through()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @end(ptr %r)
  ret void
}

define internal ptr @begin() nounwind noinline {
  %r = call ptr @croft.push()
  ret ptr %r
}

define internal ptr @through() nounwind noinline {
  %r = call ptr @begin()
  ret ptr %r
}

define internal void @end(ptr %r) nounwind noinline {
  call void @croft.pop(ptr %r)
  ret void
}
