; a keepalive is a use

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @croft.keepalive(ptr) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @croft.pop(ptr %r)
  call void @croft.keepalive(ptr %p) ; error: R0403 "kept alive"
  ret void
}
