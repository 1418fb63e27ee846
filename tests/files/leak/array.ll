; arrays leak as objects do, the trying ones too

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind
declare ptr @croft.try_alloc.array(ptr, i64, i64, i64) nounwind

define void @main(i64 %n, i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %p = call ptr @croft.alloc.array(ptr %r, i64 %n, i64 4, i64 4) ; error: R0301
  %q = call ptr @croft.try_alloc.array(ptr %r, i64 %n, i64 4, i64 4) ; error: R0301
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
