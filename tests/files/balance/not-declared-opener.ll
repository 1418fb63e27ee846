; declarations open and end a region

declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @begin() nounwind "croft.effects"="open(return); nounwind"
declare void @end(ptr) nounwind "croft.effects"="drop(arg0); nounwind"

define void @main() nounwind {
  %r = call ptr @begin()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @end(ptr %r)
  ret void
}
