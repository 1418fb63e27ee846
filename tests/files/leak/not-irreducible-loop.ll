; an irreducible cycle whose every round resets the region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %where, i1 %again) nounwind {
entry:
  %r = call ptr @croft.push()
  br i1 %where, label %a, label %b
a:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br label %b
b:
  call void @croft.reset(ptr %r)
  br i1 %again, label %a, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
