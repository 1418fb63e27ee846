; two pops of one region, on paths that exclude each other

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %which) nounwind {
entry:
  %r = call ptr @croft.push()
  br i1 %which, label %a, label %b
a:
  call void @croft.pop(ptr %r)
  br label %out
b:
  call void @croft.pop(ptr %r)
  br label %out
out:
  ret void
}
