; the right signatures, with attributes on parameters and results
declare noundef nonnull ptr @croft.push() nounwind
declare void @croft.pop(ptr noundef) nounwind
declare noundef nonnull align 8 ptr @croft.alloc(ptr noundef, i64 noundef, i64 noundef allocalign) nounwind allocsize(1)

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call noundef nonnull align 16 ptr @croft.alloc(ptr noundef %r, i64 noundef 8, i64 noundef 16)
  call void @croft.pop(ptr %r)
  ret void
}
