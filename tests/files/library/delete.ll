; operator delete is given an object of a region
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare void @_ZdlPvm(ptr, i64)

define void @work() {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @_ZdlPvm(ptr %p, i64 8) ; error: R0405 "_ZdlPvm"
  call void @croft.pop(ptr %r)
  ret void
}
