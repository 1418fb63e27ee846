; effects that the grammar does not know, on a declaration that is used and one on a definition

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @other(ptr) nounwind "croft.effects"="takes(arg0)"

define void @main() nounwind {
  %r = call ptr @croft.push()
  call void @other(ptr %r)
  call void @croft.pop(ptr %r)
  ret void
}
; error without a line: R0104
