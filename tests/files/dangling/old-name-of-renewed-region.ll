; a region is renewed under another name, and used under its old one

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again) nounwind {
entry:
  %first = call ptr @croft.push()
  br label %loop
loop:
  %r = phi ptr [ %first, %entry ], [ %second, %loop ]
  %p = call ptr @croft.alloc(ptr %first, i64 8, i64 8) ; error: R0404
  call void @croft.pop(ptr %r)
  %second = call ptr @croft.push()
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %second)
  ret void
}
