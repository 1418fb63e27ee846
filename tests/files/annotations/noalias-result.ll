; a single call says that no other can touch its object: LLVM could move an access past the end of the region
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %q = call noalias ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0102 "noalias"
  call void @croft.pop(ptr %r)
  ret void
}
