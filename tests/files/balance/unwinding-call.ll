; a plain call may unwind past an open region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @other() "croft.effects"=""

define void @main() {
  %r = call ptr @croft.push()
  call void @other() ; error: R0204 "other"
  call void @croft.pop(ptr %r)
  ret void
}
