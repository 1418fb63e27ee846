; operator new may throw past an open region
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @_Znwm(i64)

define ptr @work() {
  %r = call ptr @croft.push()
  %p = call ptr @_Znwm(i64 8) ; error: R0204 "_Znwm"
  call void @croft.pop(ptr %r)
  ret ptr %p
}
