; the callee ends both of its regions, and the caller passes them the wrong way round

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  call void @end(ptr %b, ptr %a) ; error: R0202
  ret void
}

define internal void @end(ptr %outer, ptr %inner) nounwind noinline {
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %outer)
  ret void
}
