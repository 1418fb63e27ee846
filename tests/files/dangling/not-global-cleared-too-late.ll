; a global is cleared just before the region ends

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@current = global ptr null

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr @current
  store ptr null, ptr @current
  call void @croft.pop(ptr %r)
  ret void
}
