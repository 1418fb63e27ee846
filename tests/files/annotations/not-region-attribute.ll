; the same parameter is given a region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @fill(ptr "croft.region") nounwind "croft.effects"="put(arg0); nounwind"

define void @main() nounwind {
  %r = call ptr @croft.push()
  call void @fill(ptr %r)
  call void @croft.pop(ptr %r)
  ret void
}
