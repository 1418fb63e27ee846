; every iteration clears what it stored

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@current = global ptr null

define void @main(i1 %again) nounwind {
entry:
  br label %loop
loop:
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr @current
  store ptr null, ptr @current
  call void @croft.pop(ptr %r)
  br i1 %again, label %loop, label %done
done:
  ret void
}
