; the object of the iteration before is used, though its region was renewed in between

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main(i1 %again) nounwind {
entry:
  %first = call ptr @croft.push()
  %p0 = call ptr @croft.alloc(ptr %first, i64 8, i64 8)
  store i64 1, ptr %p0
  br label %loop
loop:
  %r = phi ptr [ %first, %entry ], [ %second, %loop ]
  %before = phi ptr [ %p0, %entry ], [ %p, %loop ]
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %v = load i64, ptr %before ; error: R0403
  store i64 %v, ptr %p
  call void @croft.pop(ptr %r)
  %second = call ptr @croft.push()
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %second)
  ret i64 %v
}
