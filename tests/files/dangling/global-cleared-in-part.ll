; one byte of the pointer is overwritten, or the pointer beside it, or one of the two that may be meant

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@current = global ptr null
@pair = global { ptr, ptr } zeroinitializer
@other = global ptr null

define void @byte() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr @current ; error: R0402
  store i8 0, ptr @current
  call void @croft.pop(ptr %r)
  ret void
}

define void @beside() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr @pair ; error: R0402
  store ptr null, ptr getelementptr inbounds ({ ptr, ptr }, ptr @pair, i64 0, i32 1)
  call void @croft.pop(ptr %r)
  ret void
}

define void @either(i1 %which) nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store ptr %p, ptr @current ; error: R0402
  %place = select i1 %which, ptr @current, ptr @other
  store ptr null, ptr %place
  call void @croft.pop(ptr %r)
  ret void
}
