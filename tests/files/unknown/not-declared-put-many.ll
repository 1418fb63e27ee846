; a declaration allocates without bound into a region with a budget

declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare void @fill(ptr) nounwind "croft.effects"="put(arg0, many); bounded(arg0); nounwind"

define void @main() nounwind {
  %r = call ptr @croft.push.bounded(i64 128)
  call void @fill(ptr %r)
  call void @croft.pop(ptr %r)
  ret void
}
