; a helper resets both of its regions

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %a = call ptr @croft.push()
  %b = call ptr @croft.push()
  br label %loop
loop:
  call void @clean(ptr %b, ptr %a)
  %p = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  %q = call ptr @croft.alloc(ptr %b, i64 8, i64 8)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %b)
  call void @croft.pop(ptr %a)
  ret void
}

define internal void @clean(ptr %x, ptr %y) nounwind noinline {
  call void @croft.reset(ptr %x)
  call void @croft.reset(ptr %y)
  ret void
}
