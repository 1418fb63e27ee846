; a callee puts the pointer into the structure after its field was cleared

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %s = alloca { ptr, i64 }
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr null, ptr %s
  call void @fill(ptr %s, ptr %p)
  call void @croft.pop(ptr %r)
  %q = load ptr, ptr %s
  %v = load i64, ptr %q ; error: R0907
  ret i64 %v
}

define internal void @fill(ptr %s, ptr %p) nounwind noinline {
  store ptr %p, ptr %s
  ret void
}
