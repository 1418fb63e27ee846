; both ways out end the region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %early) nounwind {
entry:
  %r = call ptr @croft.push()
  br i1 %early, label %out, label %work
work:
  call void @croft.pop(ptr %r)
  ret void
out:
  call void @croft.pop(ptr %r)
  ret void
}
