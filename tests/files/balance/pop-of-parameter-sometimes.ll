; a function ends its parameter on one path only: no caller could know

declare void @croft.pop(ptr) nounwind

define void @end(ptr %r, i1 %now) nounwind {
entry:
  br i1 %now, label %a, label %b
a:
  call void @croft.pop(ptr %r)
  ret void
b:
  ret void ; error: R0205
}
