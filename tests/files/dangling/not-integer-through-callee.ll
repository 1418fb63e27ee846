; an address as a number, for an alignment test and a distance, is no pointer

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i1 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %i = ptrtoint ptr %p to i64
  %j = ptrtoint ptr %q to i64
  %low = and i64 %i, 7
  %aligned = icmp eq i64 %low, 0
  %apart = icmp ne i64 %i, %j
  %both = and i1 %aligned, %apart
  call void @croft.pop(ptr %r)
  ret i1 %both
}
