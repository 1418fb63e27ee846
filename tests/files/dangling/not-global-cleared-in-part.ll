; the field that held the pointer is overwritten as a whole

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@pair = global { ptr, ptr } zeroinitializer

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr getelementptr inbounds ({ ptr, ptr }, ptr @pair, i64 0, i32 1)
  store ptr null, ptr getelementptr inbounds ({ ptr, ptr }, ptr @pair, i64 0, i32 1)
  call void @croft.pop(ptr %r)
  ret void
}
