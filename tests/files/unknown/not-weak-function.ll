; a weak function whose effects are stated, and one whose body is final

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define weak void @stated(ptr %p) nounwind "croft.effects"="get(arg0); nounwind" {
  ret void
}

define void @final(ptr %p) nounwind noinline {
  ret void
}

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @stated(ptr %p)
  call void @final(ptr %p)
  call void @croft.pop(ptr %r)
  ret void
}
