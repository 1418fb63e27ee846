; other names of functions: a call of an alias that nothing replaces is one of the function; of the others nothing is known
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

@place = global ptr null

define void @keep(ptr %p) nounwind {
  store ptr %p, ptr @place
  ret void
}
define i32 @read(ptr %p) nounwind {
  %value = load i32, ptr %p
  ret i32 %value
}
define ptr @choose() nounwind {
  ret ptr @read
}

@keeps = alias void (ptr), ptr @keep
@replaceable = weak alias i32 (ptr), ptr @read
@chosen = ifunc i32 (ptr), ptr @choose

define void @stores() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @keeps(ptr %p) ; error: R0402
  call void @croft.pop(ptr %r)
  ret void
}
define i32 @may_be_another() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %value = call i32 @replaceable(ptr %p) ; error: R0906 "cannot tell which function `replaceable` names"
  call void @croft.pop(ptr %r)
  ret i32 %value
}
define i32 @chosen_by_the_loader() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %value = call i32 @chosen(ptr %p) ; error: R0906 "cannot tell which function `chosen` names"
  call void @croft.pop(ptr %r)
  ret i32 %value
}
