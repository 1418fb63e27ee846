; every case of a switch ends the region, and one case does so for another

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define i64 @main(i32 %n) nounwind {
entry:
  %r = call ptr @croft.push()
  switch i32 %n, label %other [ i32 1, label %one
                                i32 2, label %two ]
one:
  br label %two
two:
  %v = phi i64 [ 1, %one ], [ 2, %entry ]
  call void @croft.pop(ptr %r)
  ret i64 %v
other:
  call void @croft.pop(ptr %r)
  ret i64 0
}
