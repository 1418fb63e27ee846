; results that are not null and aligned promise nothing about the end
declare nonnull ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare nonnull align 8 ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %q = call nonnull align 8 dereferenceable(8) ptr @croft.alloc(ptr %r, i64 8, i64 8)
  call void @croft.pop(ptr %r)
  ret void
}
