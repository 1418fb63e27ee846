; an endless loop never gets to the end of its region, and need not

declare ptr @croft.push() nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
entry:
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br label %loop
loop:
  store volatile i64 1, ptr %p
  br label %loop
}
