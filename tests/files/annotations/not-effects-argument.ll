; a definition that does what its effects say, and less
define void @other(ptr %p, ptr %q) nounwind "croft.effects"="get(arg0); get(arg1); nounwind" {
  store i64 1, ptr %p
  ret void
}
