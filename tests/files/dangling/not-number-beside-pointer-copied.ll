; the number beside the pointer is copied, not the pointer

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define internal void @copy(ptr %to, ptr %from) nounwind noinline {
  %number = getelementptr i8, ptr %from, i64 8
  %bits = load i64, ptr %number
  store i64 %bits, ptr %to
  ret void
}

define i64 @main(ptr %out) nounwind {
  %box = alloca { ptr, i64 }
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr %box
  call void @copy(ptr %out, ptr %box)
  call void @croft.pop(ptr %r)
  ret i64 0
}
