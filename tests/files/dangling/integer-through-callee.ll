; a callee returns a region pointer as an integer, which its caller makes a pointer again, too late

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @main() nounwind {
  %r = call ptr @croft.push()
  %i = call i64 @address(ptr %r)
  call void @croft.pop(ptr %r)
  %q = inttoptr i64 %i to ptr
  %v = load i64, ptr %q ; error: R0403
  ret i64 %v
}

define internal i64 @address(ptr %r) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %i = ptrtoint ptr %p to i64
  ret i64 %i
}
