; the field is overwritten after the callee has filled it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %s = alloca { ptr, i64 }
  %n = alloca i64
  store i64 1, ptr %n
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  call void @fill(ptr %s, ptr %p)
  call void @fill(ptr %n, ptr null)
  call void @croft.pop(ptr %r)
  store ptr %n, ptr %s
  %q = load ptr, ptr %s
  %v = load i64, ptr %q
  ret i64 %v
}

define internal void @fill(ptr %s, ptr %p) nounwind noinline {
  store ptr %p, ptr %s
  ret void
}
