; one of two pointers that may be returned leads into the function's own region

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@fallback = internal global i64 0

define ptr @main(i1 %which) nounwind {
entry:
  %r = call ptr @croft.push()
  br i1 %which, label %own, label %other
own:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br label %out ; error: R0401
other:
  br label %out
out:
  %q = phi ptr [ %p, %own ], [ @fallback, %other ]
  call void @croft.pop(ptr %r)
  ret ptr %q
}
