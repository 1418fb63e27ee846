; a declaration that returns nothing of its region's

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @other(ptr) nounwind "croft.effects"="put(arg0); nounwind"

define ptr @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @other(ptr %r)
  call void @croft.pop(ptr %r)
  ret ptr %p
}
