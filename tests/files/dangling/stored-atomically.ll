; atomic stores, exchanges and compare-exchanges publish a pointer as plain stores do

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@a = internal global ptr null
@b = internal global ptr null
@c = internal global ptr null

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store atomic ptr %p, ptr @a release, align 8 ; error: R0402
  call void @croft.pop(ptr %r)
  ret void
}

define void @exchange() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %old = atomicrmw xchg ptr @b, ptr %p seq_cst ; error: R0402
  call void @croft.pop(ptr %r)
  ret void
}

define void @compare() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %old = cmpxchg ptr @c, ptr null, ptr %p seq_cst seq_cst ; error: R0402
  call void @croft.pop(ptr %r)
  ret void
}
