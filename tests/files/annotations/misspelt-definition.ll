; a function of the user's own must not take a reserved name
define internal void @croft.mine() nounwind noinline { ; error: R0101
  ret void
}
