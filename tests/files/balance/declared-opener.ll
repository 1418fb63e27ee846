; a declaration says that it opens a region: its caller has to end that

declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @begin() nounwind "croft.effects"="open(return); nounwind"

define void @main() nounwind {
  %r = call ptr @begin()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret void ; error: R0201
}
