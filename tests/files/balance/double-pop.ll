; a region ends twice

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  call void @croft.pop(ptr %r)
  call void @croft.pop(ptr %r) ; error: R0203
  ret void
}
