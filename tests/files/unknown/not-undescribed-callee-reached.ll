; the same structure is described, or holds no region pointer

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @other(ptr captures(none)) nounwind
declare void @described(ptr) nounwind "croft.effects"="get(arg0); get(*arg0); nounwind"

define void @main() nounwind {
  %s = alloca { ptr, i64 }
  %t = alloca { ptr, i64 }
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr %p, ptr %s
  store ptr null, ptr %t
  call void @described(ptr %s)
  call void @other(ptr %t)
  call void @croft.pop(ptr %r)
  ret void
}
