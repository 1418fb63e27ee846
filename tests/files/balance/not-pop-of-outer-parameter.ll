; the callee ends both, innermost first, in whichever order they are passed

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  call void @end(ptr %a, ptr %b)
  ret void
}

define internal void @end(ptr %outer, ptr %inner) nounwind noinline {
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %outer)
  ret void
}
