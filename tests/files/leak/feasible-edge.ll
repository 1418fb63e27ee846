; the flag that decides whether the loop repeats comes from outside

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %flag) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0301
  br i1 %flag, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
