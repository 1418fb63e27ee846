; a continue repeats the loop with the iteration's region open

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main(i1 %skip, i1 %again) nounwind {
entry:
  br label %loop
loop:
  %r = call ptr @croft.push()
  br i1 %skip, label %continue, label %end
end:
  call void @croft.pop(ptr %r)
  br i1 %again, label %loop, label %done
continue:
  br label %loop ; error: R0201 "when the loop repeats"
done:
  ret void
}
