; both pointers that may be returned outlive the function

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
@fallback = internal global i64 0

define ptr @main(ptr %outer, i1 %which) nounwind {
entry:
  %r = call ptr @croft.push()
  %scratch = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %scratch
  br i1 %which, label %own, label %other
own:
  %p = call ptr @croft.alloc(ptr %outer, i64 8, i64 8)
  br label %out
other:
  br label %out
out:
  %q = phi ptr [ %p, %own ], [ @fallback, %other ]
  call void @croft.pop(ptr %r)
  ret ptr %q
}
