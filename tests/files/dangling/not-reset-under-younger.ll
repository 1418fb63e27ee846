; the younger region ends before anyone follows its pointers into the reset one; the next round has objects of its own

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main(i64 %n) nounwind {
entry:
  %old = call ptr @croft.push()
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %young = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %old, i64 8, i64 8)
  store i64 1, ptr %p
  %box = call ptr @croft.alloc(ptr %young, i64 8, i64 8)
  store ptr %p, ptr %box
  %q = load ptr, ptr %box
  %v = load i64, ptr %q
  call void @croft.reset(ptr %old)
  call void @croft.pop(ptr %young)
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  call void @croft.pop(ptr %old)
  ret i64 %v
}
