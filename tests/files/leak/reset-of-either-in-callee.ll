; a helper resets one of two regions, and the loop fills both

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %which, i1 %again) nounwind {
entry:
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  br label %loop
loop:
  %r = select i1 %which, ptr %a, ptr %b
  call void @clean(ptr %r)
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8) ; error: R0301
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %b)
  call void @croft.pop(ptr %a)
  ret void
}

define internal void @clean(ptr %r) nounwind noinline {
  call void @croft.reset(ptr %r)
  ret void
}
