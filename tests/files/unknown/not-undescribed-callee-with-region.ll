; a declaration says what it does to its region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @other(ptr) nounwind "croft.effects"="put(arg0); return(in(arg0)); nounwind"

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @other(ptr %r)
  %v = load i64, ptr %p
  call void @croft.pop(ptr %r)
  ret i64 %v
}
