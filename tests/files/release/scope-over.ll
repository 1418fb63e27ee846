; a variable of an inner scope, and one declared after the region, are objects of cleanups that are pending when their scopes end
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare void @croft.cleanup(ptr, ptr, ptr)
declare void @llvm.lifetime.start.p0(ptr)
declare void @llvm.lifetime.end.p0(ptr)

define internal void @clear(ptr %object) nounwind {
  store i32 0, ptr %object
  ret void
}

define internal void @defer(ptr %r, ptr %object) nounwind noinline {
  call void @croft.cleanup(ptr %r, ptr %object, ptr @clear)
  ret void
}

define void @inner() {
  %log = alloca i32
  %r = call ptr @croft.push()
  call void @llvm.lifetime.start.p0(ptr %log)
  store i32 1, ptr %log
  call void @croft.cleanup(ptr %r, ptr %log, ptr @clear) ; error: R0602 "scope ends before the region"
  call void @llvm.lifetime.end.p0(ptr %log)
  call void @croft.pop(ptr %r)
  ret void
}

define void @registered_by_helper(i1 %loud) {
  %log = alloca i32
  %r = call ptr @croft.push()
  br i1 %loud, label %then, label %done

then:
  call void @llvm.lifetime.start.p0(ptr %log)
  store i32 1, ptr %log
  call void @defer(ptr %r, ptr %log) ; error: R0602 "scope ends before the region"
  call void @llvm.lifetime.end.p0(ptr %log)
  br label %done

done:
  call void @croft.pop(ptr %r)
  ret void
}
