; Debug mode checks what may reach a region: not stack slots and variables, and copies by their length.
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i64, i64)
declare void @llvm.memcpy.p0.p0.i32(ptr, ptr, i32, i1)
declare void @by_value(ptr byval({ i64, i64, i64 }))

@variable = global i64 0

define i64 @kernel(ptr %caller, i32 %length) willreturn {
  %slot = alloca [4 x i64]
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 64, i64 8)
  store volatile i64 1, ptr %slot
  store i64 2, ptr @variable
  %second = getelementptr i64, ptr %object, i64 1
  %old = atomicrmw add ptr %second, i64 3 seq_cst
  call void @llvm.memcpy.p0.p0.i32(ptr %object, ptr %slot, i32 %length, i1 false)
  call void @by_value(ptr byval({ i64, i64, i64 }) %object)
  %result = load i64, ptr %caller
  call void @croft.pop(ptr %region)
  ret i64 %result
}
