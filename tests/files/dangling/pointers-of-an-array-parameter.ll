; an array that is passed in registers has two pointers: what is written through one says nothing of the other
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i64, i64)

define void @work([2 x ptr] %pointers, ptr %other) nounwind {
  %first = extractvalue [2 x ptr] %pointers, 0
  %second = extractvalue [2 x ptr] %pointers, 1
  %r = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %object, ptr %first ; error: R0402
  store ptr %other, ptr %second
  call void @croft.pop(ptr %r)
  ret void
}
