; of two regions that may be meant, one has no budget

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %small, i1 %again) nounwind {
entry:
  br i1 %small, label %a, label %b
a:
  %r1 = call ptr @croft.push.bounded(i64 64)
  br label %join
b:
  %r2 = call ptr @croft.push()
  br label %join
join:
  %r = phi ptr [ %r1, %a ], [ %r2, %b ]
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0301
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}
