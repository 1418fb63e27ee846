; an allocation declared noalias could be moved past the end of its region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare noalias ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0102 "noalias ptr"
  store i64 1, ptr %p
  %x = load i64, ptr %p
  call void @croft.pop(ptr %r)
  ret i64 %x
}
