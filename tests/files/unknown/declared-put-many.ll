; a declaration allocates without bound

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @fill(ptr) nounwind "croft.effects"="put(arg0, many); nounwind"

define void @main() nounwind {
  %r = call ptr @croft.push()
  call void @fill(ptr %r) ; error: R0303
  call void @croft.pop(ptr %r)
  ret void
}
