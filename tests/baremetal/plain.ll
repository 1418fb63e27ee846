; IR that names no target becomes that of the target: sizes are i32 where pointers are.
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i32, i32)

define i32 @main() {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i32 8, i32 8)
  store volatile i32 42, ptr %p
  %value = load volatile i32, ptr %p
  call void @croft.pop(ptr %r)
  ret i32 %value
}
