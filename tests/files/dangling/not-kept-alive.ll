; a keepalive before the end

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @croft.keepalive(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @croft.keepalive(ptr %p)
  call void @croft.pop(ptr %r)
  ret void
}
