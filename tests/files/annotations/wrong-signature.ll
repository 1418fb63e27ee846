; operations with another signature than their own, each in another way
declare i64 @croft.push() nounwind
declare void @croft.pop(ptr, i64) nounwind
declare ptr @croft.alloc(ptr, i32, i32) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, ...) nounwind
declare void @croft.reset(i64) nounwind

define void @main(ptr %r) nounwind {
  %h = call i64 @croft.push() ; error: R0102 "croft.push"
  call void @croft.pop(ptr %r, i64 1) ; error: R0102 "croft.pop"
  %p = call ptr @croft.alloc(ptr %r, i32 8, i32 8) ; error: R0102 "croft.alloc"
  %q = call ptr (ptr, i64, i64, ...) @croft.alloc.array(ptr %r, i64 1, i64 8) ; error: R0102 "croft.alloc.array"
  call void @croft.reset(i64 1) ; error: R0102 "croft.reset"
  ret void
}
