; atomic operations on numbers, and on a region's own memory

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@count = internal global i64 0

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %box = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %old = atomicrmw add ptr @count, i64 1 seq_cst
  %before = cmpxchg ptr @count, i64 %old, i64 2 seq_cst seq_cst
  store atomic ptr %p, ptr %box release, align 8
  %q = load atomic ptr, ptr %box acquire, align 8
  store i64 1, ptr %q
  call void @croft.pop(ptr %r)
  ret void
}
