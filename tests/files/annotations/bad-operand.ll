; operands that no execution can accept

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.try_alloc.array(ptr, i64, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %r, i64 8, i64 3) ; error: R0103 "3 is no power of two"
  %b = call ptr @croft.alloc(ptr %r, i64 8, i64 0) ; error: R0103
  %c = call ptr @croft.try_alloc.array(ptr %r, i64 1, i64 8, i64 8192) ; error: R0103 "above 4096"
  %d = call ptr @croft.alloc(ptr null, i64 8, i64 8) ; error: R0103 "null"
  call void @croft.pop(ptr null) ; error: R0103 "null"
  call void @croft.pop(ptr %r)
  ret void
}
