; a function that nobody described is given a region: it could allocate there, or end it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @other(ptr captures(none)) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  call void @other(ptr %r) ; error: R0902
  call void @croft.pop(ptr %r)
  ret void
}
