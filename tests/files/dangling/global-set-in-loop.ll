; the pointer that the next iteration stores is never cleared

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@current = global ptr null

define void @main(i1 %again) nounwind {
entry:
  br label %loop
loop:
  %r = call ptr @croft.push()
  store ptr null, ptr @current
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr @current ; error: R0402
  call void @croft.pop(ptr %r)
  br i1 %again, label %loop, label %done
done:
  store ptr null, ptr @current
  ret void
}
