; one case of a switch returns with the region open

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define i64 @main(i32 %n) nounwind {
entry:
  %r = call ptr @croft.push()
  switch i32 %n, label %other [ i32 1, label %one
                                i32 2, label %two ]
one:
  call void @croft.pop(ptr %r)
  ret i64 1
two:
  ret i64 2 ; error: R0201
other:
  call void @croft.pop(ptr %r)
  ret i64 0
}
