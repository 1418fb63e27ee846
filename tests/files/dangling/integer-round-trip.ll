; a region pointer kept as an integer in memory and turned back is followed

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@cell = internal global i64 0

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %i = ptrtoint ptr %p to i64
  %box = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 %i, ptr %box
  %j = load i64, ptr %box
  call void @croft.pop(ptr %r)
  %q = inttoptr i64 %j to ptr
  %v = load i64, ptr %q ; error: R0403
  ret i64 %v
}
