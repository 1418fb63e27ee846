; a function that neither returns nor unwinds, and one that unwinds with no region open

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @fail() noreturn "croft.effects"="noreturn"
declare void @halt() noreturn nounwind

define void @main(i1 %bad, i1 %worse) {
entry:
  br i1 %bad, label %fail, label %open
fail:
  call void @fail()
  unreachable
open:
  %r = call ptr @croft.push()
  br i1 %worse, label %halt, label %out
halt:
  call void @halt()
  unreachable
out:
  call void @croft.pop(ptr %r)
  ret void
}
