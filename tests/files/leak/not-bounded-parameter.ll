; a parameter that is declared bounded is given a bounded region, and another function's bounded parameter

declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
  %r = call ptr @croft.push.bounded(i64 800)
  call void @fill(ptr %r, i1 %again)
  call void @forward(ptr %r, i1 %again)
  call void @croft.pop(ptr %r)
  ret void
}

define void @forward(ptr "croft.bounded" %r, i1 %again) nounwind noinline {
  call void @fill(ptr %r, i1 %again)
  ret void
}

define void @fill(ptr "croft.bounded" %r, i1 %again) nounwind noinline {
entry:
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br i1 %again, label %loop, label %done
done:
  ret void
}
