; __atomic_exchange copies a pointer into a region to a global
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare void @__atomic_exchange(i64, ptr, ptr, ptr, i32)
@shared = global ptr null

define void @work() {
  %new = alloca ptr
  %old = alloca ptr
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr %new
  call void @__atomic_exchange(i64 8, ptr @shared, ptr %new, ptr %old, i32 5) ; error: R0402
  call void @croft.pop(ptr %r)
  ret void
}
