; names with the prefix of operations that are none
declare ptr @croft.pusj() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.something.else(i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.pusj() ; error: R0101 "`croft.pusj`"
  call void @croft.pop(ptr %r)
  %p = call ptr @croft.something.else(i64 1) ; error: R0101
  ret void
}
