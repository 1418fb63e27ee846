; LLVM's own attributes say that nothing is kept; an undescribed function without region pointers may do as it likes

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @reads(ptr captures(none)) nounwind
declare void @fills(ptr captures(none)) nounwind memory(argmem: readwrite)
declare i64 @number(ptr) nounwind readonly willreturn
declare void @other(ptr) nounwind
@global = internal global i64 0

define i64 @main() nounwind {
  %local = alloca i64
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @fills(ptr %p)
  call void @reads(ptr %p)
  %v = call i64 @number(ptr %p)
  call void @other(ptr @global)
  call void @other(ptr %local)
  call void @other(ptr null)
  call void @croft.pop(ptr %r)
  ret i64 %v
}
