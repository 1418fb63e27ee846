; a name that only resembles an operation's is anyone's, and an unused declaration does no harm
declare ptr @croft.pusj() nounwind
declare ptr @croft_push() nounwind
declare ptr @crofts.push() nounwind

define void @main() nounwind {
  %r = call ptr @croft_push()
  %s = call ptr @crofts.push()
  ret void
}
