; the declaration is right, and a call disagrees with it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8) ; error: R0102
  call void @croft.pop(ptr %r)
  ret void
}
