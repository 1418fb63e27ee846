; bodies that do just what their effects say
@kept = internal global ptr null

declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @stores(ptr %p) nounwind "croft.effects"="get(arg0); nounwind" {
  store i64 1, ptr %p
  ret void
}

define void @keeps(ptr %p) nounwind "croft.effects"="store(arg0 -> global); nounwind" {
  store ptr %p, ptr @kept
  ret void
}

define ptr @puts(ptr %r) nounwind "croft.effects"="put(arg0); return(in(arg0)); nounwind" {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret ptr %p
}

define void @ends(ptr %r) nounwind "croft.effects"="drop(arg0); nounwind" {
  call void @croft.pop(ptr %r)
  ret void
}

define ptr @returns(ptr %p) nounwind "croft.effects"="return(arg0); nounwind" {
  ret ptr %p
}
