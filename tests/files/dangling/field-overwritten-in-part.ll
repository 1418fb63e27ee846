; of the structure on the stack one byte, another field, or one of two candidates is overwritten

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @use(ptr captures(none)) nounwind "croft.effects"="get(arg0); nounwind"

define i64 @byte() nounwind {
  %s = alloca { ptr, i64 }
  call void @use(ptr %s)
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr %p, ptr %s
  call void @croft.pop(ptr %r)
  store i8 0, ptr %s
  %q = load ptr, ptr %s
  %v = load i64, ptr %q ; error: R0907
  ret i64 %v
}

define i64 @other() nounwind {
  %s = alloca { ptr, ptr }
  call void @use(ptr %s)
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  %second = getelementptr { ptr, ptr }, ptr %s, i64 0, i32 1
  store ptr %p, ptr %second
  call void @croft.pop(ptr %r)
  store ptr null, ptr %s
  %q = load ptr, ptr %second
  %v = load i64, ptr %q ; error: R0907
  ret i64 %v
}

define i64 @either(i1 %which) nounwind {
  %s = alloca { ptr, i64 }
  %t = alloca { ptr, i64 }
  %n = alloca i64
  store i64 1, ptr %n
  call void @use(ptr %s)
  call void @use(ptr %t)
  call void @use(ptr %n)
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr %p, ptr %s
  call void @croft.pop(ptr %r)
  %place = select i1 %which, ptr %s, ptr %t
  store ptr %n, ptr %place
  %q = load ptr, ptr %s
  %v = load i64, ptr %q ; error: R0907
  ret i64 %v
}

define i64 @element(i64 %i) nounwind {
  %s = alloca [4 x ptr]
  %n = alloca i64
  store i64 1, ptr %n
  call void @use(ptr %s)
  call void @use(ptr %n)
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  store ptr %p, ptr %s
  call void @croft.pop(ptr %r)
  %place = getelementptr [4 x ptr], ptr %s, i64 0, i64 %i
  store ptr %n, ptr %place
  %q = load ptr, ptr %s
  %v = load i64, ptr %q ; error: R0907
  ret i64 %v
}
