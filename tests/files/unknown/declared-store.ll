; a declaration stores its first argument into its second

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @put(ptr, ptr) nounwind "croft.effects"="store(arg0 -> arg1); nounwind"

define void @main() nounwind {
  %a = call ptr @croft.push()
  %box = call ptr @croft.alloc(ptr %a, i64 8, i64 8)
  %b = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %b, i64 8, i64 8)
  call void @put(ptr %p, ptr %box) ; error: R0402
  call void @croft.pop(ptr %b)
  call void @croft.pop(ptr %a)
  ret void
}
