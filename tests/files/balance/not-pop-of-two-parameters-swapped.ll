; of two functions, each ends one of the regions

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  call void @end(ptr %a, ptr %b)
  call void @croft.pop(ptr %a)
  ret void
}

define internal void @end(ptr %outer, ptr %inner) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %outer, i64 8, i64 8)
  call void @croft.pop(ptr %inner)
  ret void
}
