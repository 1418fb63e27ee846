; a fixed address is a device register, and an integer from memory that never saw a region pointer is foreign

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@port = external global i64

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %i = load i64, ptr @port
  %q = inttoptr i64 %i to ptr
  %v = load volatile i64, ptr %q
  store volatile i64 1, ptr inttoptr (i64 4096 to ptr)
  call void @croft.pop(ptr %r)
  ret i64 %v
}
