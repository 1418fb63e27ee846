; one of two open regions ends, nobody knows which

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %which) nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  %r = select i1 %which, ptr %a, ptr %b
  call void @croft.pop(ptr %r) ; error: R0903
  ret void
}
