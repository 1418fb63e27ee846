; the edge back is never taken: its condition is false, and a loop that a flag ends after one round is none

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main() nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br i1 false, label %loop, label %once
once:
  %todo = phi i1 [ true, %loop ], [ false, %body ]
  br i1 %todo, label %body, label %done
body:
  %q = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br label %once
done:
  call void @croft.pop(ptr %r)
  ret void
}
