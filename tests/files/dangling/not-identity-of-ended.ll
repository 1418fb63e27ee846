; a function that returns its argument is right for live regions, and for ended ones that nobody uses

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i1 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %live = call ptr @same(ptr %p)
  %v = load i64, ptr %live
  call void @croft.pop(ptr %r)
  %ended = call ptr @same(ptr %p)
  %equal = icmp eq ptr %ended, %p
  ret i1 %equal
}

define internal ptr @same(ptr %p) nounwind noinline {
  %q = getelementptr i8, ptr %p, i64 0
  ret ptr %q
}
