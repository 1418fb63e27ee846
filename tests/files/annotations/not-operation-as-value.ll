; the address of a function that calls the operation
@pointer = internal global ptr null

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  store ptr @end, ptr @pointer
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @end(ptr %r) nounwind noinline {
  call void @croft.pop(ptr %r)
  ret void
}
