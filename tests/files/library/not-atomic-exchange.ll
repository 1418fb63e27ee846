; __atomic_load copies what a global points to
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare void @__atomic_load(i64, ptr, ptr, i32)
declare i128 @__divti3(i128, i128)
@shared = global ptr null

define i128 @work() {
  %old = alloca ptr
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 7, ptr %p
  call void @__atomic_load(i64 8, ptr @shared, ptr %old, i32 5)
  call void @croft.pop(ptr %r)
  %o = load ptr, ptr %old
  %n = load i64, ptr %o
  %w = zext i64 %n to i128
  %d = call i128 @__divti3(i128 %w, i128 3)
  ret i128 %d
}
