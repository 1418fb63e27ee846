; A cleanup, registered in a region of a frame, and run early.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.register_cleanup(ptr, ptr, ptr) nounwind
declare void @croft.cleanup(ptr, ptr, ptr) nounwind
declare void @croft.run_cleanup(ptr) nounwind
declare void @clear(ptr) nounwind "croft.effects"="get(arg0)"

define void @kernel(ptr %object) nounwind {
  %region = call ptr @croft.push()
  %cleanup = call ptr @croft.register_cleanup(ptr %region, ptr %object, ptr @clear)
  call void @croft.cleanup(ptr %region, ptr %object, ptr @clear)
  call void @croft.run_cleanup(ptr %cleanup)
  call void @croft.pop(ptr %region)
  ret void
}
