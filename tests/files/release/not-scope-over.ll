; a variable is a cleanup's object until the region ends, or the cleanup has run, in its scope; in a loop, in each scope anew
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.register_cleanup(ptr, ptr, ptr)
declare void @croft.run_cleanup(ptr)
declare void @llvm.lifetime.start.p0(ptr)
declare void @llvm.lifetime.end.p0(ptr)

define internal void @clear(ptr %object) nounwind {
  store i32 0, ptr %object
  ret void
}

define internal void @defer(ptr %r, ptr %object) nounwind noinline {
  %registered = call ptr @croft.register_cleanup(ptr %r, ptr %object, ptr @clear)
  ret void
}

define void @inner() {
  %log = alloca i32
  call void @llvm.lifetime.start.p0(ptr %log)
  store i32 1, ptr %log
  %r = call ptr @croft.push()
  call void @defer(ptr %r, ptr %log)
  call void @croft.pop(ptr %r)
  call void @llvm.lifetime.end.p0(ptr %log)
  ret void
}

define void @run_in_time() {
  %log = alloca i32
  %r = call ptr @croft.push()
  call void @llvm.lifetime.start.p0(ptr %log)
  store i32 1, ptr %log
  %registered = call ptr @croft.register_cleanup(ptr %r, ptr %log, ptr @clear)
  call void @croft.run_cleanup(ptr %registered)
  call void @llvm.lifetime.end.p0(ptr %log)
  call void @croft.pop(ptr %r)
  ret void
}

define void @each_turn(i32 %n) {
entry:
  %log = alloca i32
  %number = alloca i32
  %outer = call ptr @croft.push()
  br label %turn

turn:
  %i = phi i32 [ 0, %entry ], [ %next, %turn ]
  call void @llvm.lifetime.start.p0(ptr %log)
  call void @llvm.lifetime.start.p0(ptr %number)
  store i32 1, ptr %log
  store i32 %i, ptr %number
  %r = call ptr @croft.push()
  %registered = call ptr @croft.register_cleanup(ptr %r, ptr %log, ptr @clear)
  call void @llvm.lifetime.end.p0(ptr %number)
  call void @croft.pop(ptr %r)
  call void @llvm.lifetime.end.p0(ptr %log)
  %next = add i32 %i, 1
  %more = icmp slt i32 %next, %n
  br i1 %more, label %turn, label %done

done:
  call void @croft.pop(ptr %outer)
  ret void
}
