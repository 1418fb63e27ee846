; the callee ends its parameter, and the caller ends it again

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  call void @end(ptr %r)
  call void @croft.pop(ptr %r) ; error: R0203
  ret void
}

define internal void @end(ptr %r) nounwind noinline {
  call void @croft.pop(ptr %r)
  ret void
}
