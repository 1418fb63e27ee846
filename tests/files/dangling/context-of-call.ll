; one and the same callee is right for one caller and wrong for another

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @right() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  %box = call ptr @croft.alloc(ptr %b, i64 8, i64 8)
  call void @put(ptr %box, ptr %p)
  call void @croft.pop(ptr %b)
  %v = load i64, ptr %p
  call void @croft.pop(ptr %a)
  ret i64 %v
}

define i64 @wrong() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %b, i64 8, i64 8)
  %box = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  call void @put(ptr %box, ptr %p) ; error: R0402
  call void @croft.pop(ptr %b)
  call void @croft.pop(ptr %a)
  ret i64 0
}

define internal void @put(ptr %box, ptr %p) nounwind noinline {
  store ptr %p, ptr %box
  ret void
}
