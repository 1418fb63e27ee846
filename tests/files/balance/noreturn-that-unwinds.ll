; a function that does not return but may unwind skips the pop

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @fail() noreturn "croft.effects"="noreturn"

define void @main(i1 %bad) {
entry:
  %r = call ptr @croft.push()
  br i1 %bad, label %fail, label %out
fail:
  call void @fail() ; error: R0204 "fail"
  unreachable
out:
  call void @croft.pop(ptr %r)
  ret void
}
