; the field that is read was overwritten as a whole

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @use(ptr captures(none)) nounwind "croft.effects"="get(arg0); nounwind"

define i64 @main() nounwind {
  %s = alloca { ptr, ptr }
  %n = alloca i64
  store i64 1, ptr %n
  call void @use(ptr %s)
  call void @use(ptr %n)
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %second = getelementptr { ptr, ptr }, ptr %s, i64 0, i32 1
  store ptr %p, ptr %second
  call void @croft.pop(ptr %r)
  store ptr %n, ptr %second
  %q = load ptr, ptr %second
  %v = load i64, ptr %q
  ret i64 %v
}
