; a structure with a dangling pointer is copied after the end, and the copy is read

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.lifetime.start.p0(ptr)
declare void @touch(ptr captures(none)) nounwind memory(argmem: readwrite)

define i64 @main() nounwind {
  %s = alloca { ptr, i64 }
  %t = alloca { ptr, i64 }
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr %p, ptr %s
  call void @croft.pop(ptr %r)
  call void @llvm.lifetime.start.p0(ptr %t)
  call void @llvm.memcpy.p0.p0.i64(ptr %t, ptr %s, i64 16, i1 false)
  %i = ptrtoint ptr %t to i64
  %low = and i64 %i, 0
  %at = getelementptr i8, ptr %t, i64 %low
  %q = load ptr, ptr %at
  %v = load i64, ptr %q ; error: R0907
  ret i64 %v
}
