; the callee ends a region of the caller that is not innermost there

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  call void @end(ptr %a) ; error: R0202
  call void @croft.pop(ptr %b)
  ret void
}

define internal void @end(ptr %r) nounwind noinline {
  call void @croft.pop(ptr %r)
  ret void
}
