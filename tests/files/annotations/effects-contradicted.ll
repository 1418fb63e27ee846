; a body that does more than its effects say
@kept = internal global ptr null

declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @stores(ptr %p) nounwind "croft.effects"="pure" { ; error: R0104 "get(arg0)"
  store i64 1, ptr %p
  ret void
}

define void @keeps(ptr %p) nounwind "croft.effects"="get(arg0); nounwind" { ; error: R0104 "store(arg0 -> global)"
  store ptr %p, ptr @kept
  ret void
}

define void @puts(ptr %r) nounwind "croft.effects"="nounwind" { ; error: R0104 "put(arg0)"
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret void
}

define void @ends(ptr %r) nounwind "croft.effects"="put(arg0); nounwind" { ; error: R0104 "drop(arg0)"
  call void @croft.pop(ptr %r)
  ret void
}

define ptr @returns(ptr %p) nounwind "croft.effects"="pure" { ; error: R0104 "return(arg0)"
  ret ptr %p
}
