; the loop renews a region and fills it before and after

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %outer = call ptr @croft.push()
  %o = call ptr @croft.alloc(ptr %outer, i64 8, i64 8)
  %first = call ptr @croft.push()
  br label %loop
loop:
  %r = phi ptr [ %first, %entry ], [ %second, %loop ]
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @croft.pop(ptr %r)
  %second = call ptr @croft.push()
  %q = call ptr @croft.alloc(ptr %second, i64 8, i64 8)
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %second)
  call void @croft.pop(ptr %outer)
  ret void
}
