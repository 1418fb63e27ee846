; a structure is copied and followed before the end; afterwards only its number is read

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

define i64 @main() nounwind {
  %s = alloca { ptr, i64 }
  %t = alloca { ptr, i64 }
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr %p, ptr %s
  call void @llvm.memcpy.p0.p0.i64(ptr %t, ptr %s, i64 16, i1 false)
  %q = load ptr, ptr %t
  %v = load i64, ptr %q
  %number = getelementptr i8, ptr %t, i64 8
  store i64 %v, ptr %number
  call void @croft.pop(ptr %r)
  %w = load i64, ptr %number
  ret i64 %w
}
