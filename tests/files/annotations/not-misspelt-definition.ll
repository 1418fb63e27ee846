; a function of the user's own with a dot in its name
define internal void @croft_mine.cold() nounwind noinline {
  ret void
}

define void @main() nounwind {
  call void @croft_mine.cold()
  ret void
}
