; a function that only reads may still return its argument

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @find(ptr) nounwind readonly

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 0, ptr %p
  %q = call ptr @find(ptr %p) ; error: R0902
  call void @croft.pop(ptr %r)
  ret i64 0
}
