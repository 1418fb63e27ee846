; the region has ended on one path to its second end, and not on the other

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %which) nounwind {
entry:
  %r = call ptr @croft.push()
  br i1 %which, label %a, label %b
a:
  call void @croft.pop(ptr %r)
  br label %b
b:
  call void @croft.pop(ptr %r) ; error: R0205
  ret void
}
