; in a function that is nounwind, or by a callee that is inferred to be, nothing unwinds

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @other() "croft.effects"=""

define void @first() nounwind {
  %r = call ptr @croft.push()
  call void @other()
  call void @croft.pop(ptr %r)
  ret void
}

define void @second() {
  %r = call ptr @croft.push()
  call void @quiet()
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @quiet() noinline {
  ret void
}
