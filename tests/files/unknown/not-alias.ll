; other names of functions that nothing replaces, one of them for a function that ends a region, and one for another name
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i32 @read(ptr %p) nounwind {
  %value = load i32, ptr %p
  ret i32 %value
}
define void @end(ptr %r) nounwind {
  call void @croft.pop(ptr %r)
  ret void
}
define internal ptr @fresh(ptr %r) nounwind {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret ptr %p
}

@reads = alias i32 (ptr), ptr @read
@reads_too = internal alias i32 (ptr), ptr @reads
@ends = alias void (ptr), ptr @end
@makes = internal alias ptr (ptr), ptr @fresh

define i32 @work() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @makes(ptr %r)
  %first = call i32 @reads(ptr %p)
  %second = call i32 @reads_too(ptr %p)
  %value = add i32 %first, %second
  call void @ends(ptr %r)
  ret i32 %value
}
