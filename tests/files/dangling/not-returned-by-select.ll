; numbers that were read through such pointers are no pointers

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @by_select(i1 %which, ptr %other) nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %q = select i1 %which, ptr %p, ptr %other
  %v = load i64, ptr %q
  call void @croft.pop(ptr %r)
  ret i64 %v
}

define { i64, ptr } @by_struct(ptr %other) nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %v = load i64, ptr %p
  %s = insertvalue { i64, ptr } zeroinitializer, i64 %v, 0
  %t = insertvalue { i64, ptr } %s, ptr %other, 1
  call void @croft.pop(ptr %r)
  ret { i64, ptr } %t
}
