; a callee is given a region pointer as an integer, makes a pointer of it and keeps it

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@kept = internal global ptr null

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %i = ptrtoint ptr %p to i64
  call void @keep(i64 %i) ; error: R0402
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @keep(i64 %i) nounwind noinline {
  %p = inttoptr i64 %i to ptr
  store ptr %p, ptr @kept
  ret void
}
