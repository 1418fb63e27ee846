; another region of the same name in the source is opened afterwards

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  call void @croft.pop(ptr %r)
  %s = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %s, i64 8, i64 8)
  call void @croft.reset(ptr %s)
  call void @croft.pop(ptr %s)
  ret void
}
