; an operation is stored, passed on and called through a pointer
@pointer = internal global ptr null

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @other(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  store ptr @croft.pop, ptr @pointer ; error: R0105
  call void @other(ptr @croft.pop) ; error: R0105
  call void @croft.pop(ptr %r)
  ret void
}
