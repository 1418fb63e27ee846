; the way around the pop is one that no execution takes

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind

define void @main() nounwind {
entry:
  %r = call ptr @croft.push()
  %never = icmp eq i64 1, 2
  br i1 %never, label %leave, label %end
end:
  call void @croft.pop(ptr %r)
  ret void
leave:
  ret void
}
