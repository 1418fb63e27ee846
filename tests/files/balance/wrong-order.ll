; the older region ends while the newer one is open

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  call void @croft.pop(ptr %a) ; error: R0202
  call void @croft.pop(ptr %b)
  ret void
}
