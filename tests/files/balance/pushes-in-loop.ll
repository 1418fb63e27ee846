; a loop opens regions, and another loop would have to end as many

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %again) nounwind {
entry:
  br label %loop
loop:
  %r = call ptr @croft.push()
  br i1 %again, label %loop, label %done ; error: R0201 "repeats"
done:
  call void @croft.pop(ptr %r)
  ret void
}
