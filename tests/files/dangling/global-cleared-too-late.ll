; a global is cleared after the region has ended: in between it dangles, for a signal handler or another thread to see

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@current = global ptr null

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr @current ; error: R0402
  call void @croft.pop(ptr %r)
  store ptr null, ptr @current
  ret void
}
