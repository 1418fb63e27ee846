; each iteration opens and ends

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %again) nounwind {
entry:
  %first = call ptr @croft.push()
  br label %loop
loop:
  %s = call ptr @croft.push()
  call void @croft.pop(ptr %s)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %first)
  ret void
}
