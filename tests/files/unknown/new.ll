; implicit allocation is not written yet: the checker says so
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.new(i64, i64) nounwind
declare ptr @croft.new.array(i64, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %a = call ptr @croft.new(i64 8, i64 8) ; error: R0905 "croft.new"
  %b = call ptr @croft.new.array(i64 2, i64 8, i64 8) ; error: R0905 "croft.new.array"
  call void @croft.pop(ptr %r)
  ret void
}
