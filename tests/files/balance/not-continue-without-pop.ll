; both ways around the loop end the region

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
  call void @croft.pop(ptr %r)
  br label %loop
done:
  ret void
}
