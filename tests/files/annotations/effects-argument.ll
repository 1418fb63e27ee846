; an effect names a number where an argument belongs
define void @other(ptr %p) nounwind "croft.effects"="get(0)" { ; error: R0104 "get(0)"
  ret void
}
