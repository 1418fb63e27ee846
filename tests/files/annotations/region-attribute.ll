; the attribute says that a parameter is a region: an object's address is none

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @fill(ptr "croft.region") nounwind "croft.effects"="put(arg0); nounwind"

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @fill(ptr %p) ; error: R0901
  call void @croft.pop(ptr %r)
  ret void
}
