; regions end newest first, with others opened in between

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind

define void @main() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  call void @croft.pop(ptr %b)
  %c = call ptr @croft.push.bounded(i64 64)
  call void @croft.reset(ptr %a)
  call void @croft.pop(ptr %c)
  call void @croft.pop(ptr %a)
  ret void
}
