; a function ends its parameter on every path

declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @end(ptr %r, i1 %now) nounwind {
entry:
  br i1 %now, label %a, label %b
a:
  call void @croft.pop(ptr %r)
  ret void
b:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @croft.pop(ptr %r)
  ret void
}
