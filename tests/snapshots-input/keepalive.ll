; A keepalive leaves nothing behind.

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.keepalive(ptr) nounwind

define void @kernel() nounwind {
  %region = call ptr @croft.push()
  call void @croft.keepalive(ptr %region)
  call void @croft.pop(ptr %region)
  ret void
}
