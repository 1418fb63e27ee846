; a function that says that it returns its argument, before the end

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @find(ptr returned captures(ret: address, provenance)) nounwind "croft.effects"="get(arg0); return(arg0); nounwind"

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 0, ptr %p
  %q = call ptr @find(ptr %p)
  %v = load i64, ptr %q
  call void @croft.pop(ptr %r)
  ret i64 %v
}
