; a region that a global names is ended, and one that an undescribed call returned

declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@current = internal global ptr null
declare ptr @get() nounwind

define void @by_global() nounwind {
  %r = load ptr, ptr @current
  call void @croft.pop(ptr %r) ; error: R0901 "memory"
  ret void
}

define void @by_call() nounwind {
  %r = call ptr @get()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8) ; error: R0901 "the result of a call"
  ret void
}

define void @by_offset(ptr %r) nounwind {
  %s = getelementptr i8, ptr %r, i64 8
  call void @croft.reset(ptr %s) ; error: R0901 "no region handle"
  ret void
}
