; structures of numbers are copied out, and one with pointers is copied in

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@kept = internal global { i64, i64 } zeroinitializer
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

define void @main(ptr %out, ptr %in) nounwind {
  %r = call ptr @croft.push()
  %s = call ptr @croft.alloc(ptr %r, i64 16, i64 8)
  store i64 1, ptr %s
  call void @llvm.memcpy.p0.p0.i64(ptr @kept, ptr %s, i64 16, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr %out, ptr %s, i64 16, i1 false)
  %t = call ptr @croft.alloc(ptr %r, i64 16, i64 8)
  call void @llvm.memcpy.p0.p0.i64(ptr %t, ptr %in, i64 16, i1 false)
  call void @croft.pop(ptr %r)
  ret void
}
