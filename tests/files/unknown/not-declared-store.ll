; the same declaration with its arguments the other way round

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @put(ptr, ptr) nounwind "croft.effects"="store(arg0 -> arg1); nounwind"

define void @main() nounwind {
  %a = call ptr @croft.push()
  %box = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  %b = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %b, i64 8, i64 8)
  call void @put(ptr %box, ptr %p)
  call void @croft.pop(ptr %b)
  call void @croft.pop(ptr %a)
  ret void
}
