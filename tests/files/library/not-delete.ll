; operator delete is given what operator new made
declare ptr @croft.push()
declare ptr @croft.alloc(ptr, i64, i64)
declare void @croft.pop(ptr)
declare ptr @_Znwm(i64)
declare void @_ZdlPvm(ptr, i64)

define void @work() {
  %n = call ptr @_Znwm(i64 8)
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  call void @_ZdlPvm(ptr %n, i64 8)
  call void @croft.pop(ptr %r)
  ret void
}
