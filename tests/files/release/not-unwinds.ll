; one that does not
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.cleanup(ptr, ptr, ptr) nounwind
declare void @returns(ptr) nounwind "croft.effects"="get(arg0)"

define void @main(ptr %p) nounwind {
  %r = call ptr @croft.push()
  call void @croft.cleanup(ptr %r, ptr %p, ptr @returns)
  call void @croft.pop(ptr %r)
  ret void
}
