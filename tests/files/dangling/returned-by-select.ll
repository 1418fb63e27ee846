; select, getelementptr, freeze and a struct hide nothing

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind
@fallback = internal global i64 0

define ptr @by_select(i1 %which) nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %q = select i1 %which, ptr %p, ptr @fallback
  call void @croft.pop(ptr %r)
  ret ptr %q ; error: R0401
}

define ptr @by_offset(i64 %i) nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc.array(ptr %r, i64 10, i64 8, i64 8)
  %q = getelementptr i64, ptr %p, i64 %i
  %f = freeze ptr %q
  call void @croft.pop(ptr %r)
  ret ptr %f ; error: R0401
}

define { i64, ptr } @by_struct() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %s = insertvalue { i64, ptr } { i64 1, ptr null }, ptr %p, 1
  call void @croft.pop(ptr %r)
  ret { i64, ptr } %s ; error: R0401
}

define <2 x ptr> @by_vector() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %v = insertelement <2 x ptr> zeroinitializer, ptr %p, i32 1
  call void @croft.pop(ptr %r)
  ret <2 x ptr> %v ; error: R0401
}
