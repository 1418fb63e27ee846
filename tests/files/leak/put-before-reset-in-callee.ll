; a callee allocates, and resets on its way out only sometimes; around it the loop goes on

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @main(i1 %again, i1 %sometimes) nounwind {
entry:
  %r = call ptr @croft.push()
  br label %loop
loop:
  call void @fill(ptr %r, i1 %sometimes) ; error: R0302
  br i1 %again, label %loop, label %done
done:
  call void @croft.pop(ptr %r)
  ret void
}

define internal void @fill(ptr %r, i1 %sometimes) nounwind noinline {
entry:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br i1 %sometimes, label %clean, label %done
clean:
  call void @croft.reset(ptr %r)
  br label %done
done:
  ret void
}
