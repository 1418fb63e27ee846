; a cleanup that may unwind
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.cleanup(ptr, ptr, ptr) nounwind
declare void @throws(ptr) "croft.effects"="get(arg0)"

define void @main(ptr %p) nounwind {
  %r = call ptr @croft.push()
  call void @croft.cleanup(ptr %r, ptr %p, ptr @throws) ; error: R0602 "may unwind"
  call void @croft.pop(ptr %r)
  ret void
}
