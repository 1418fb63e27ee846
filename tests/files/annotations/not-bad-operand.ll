; the extremes that are accepted, and alignments known only at run time

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i64 %align) nounwind {
  %r = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %r, i64 8, i64 1)
  %b = call ptr @croft.alloc(ptr %r, i64 0, i64 4096)
  %c = call ptr @croft.alloc(ptr %r, i64 8, i64 %align)
  call void @croft.pop(ptr %r)
  ret void
}
