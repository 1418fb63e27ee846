; a callee resets its region in every round of its loop

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  call void @fill(ptr %r, i1 %again)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @fill(ptr %r, i1 %again) nounwind noinline {
entry:
  br label %loop
loop:
  call void @croft.reset(ptr %r)
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br i1 %again, label %loop, label %done
done:
  ret void
}
