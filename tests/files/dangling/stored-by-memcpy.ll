; a structure is copied, with the pointer in it, to a global and to the caller

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@kept = internal global { ptr, i64 } zeroinitializer
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

define void @main(ptr %out) nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %s = call ptr @croft.alloc(ptr %r, i64 16, i64 8)
  store ptr %p, ptr %s
  call void @llvm.memcpy.p0.p0.i64(ptr @kept, ptr %s, i64 16, i1 false) ; error: R0402 "global"
  call void @llvm.memmove.p0.p0.i64(ptr %out, ptr %s, i64 16, i1 false) ; error: R0402 "caller"
  call void @croft.pop(ptr %r)
  ret void
}
