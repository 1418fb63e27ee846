; a function returns a region that it opened on one path, and its parameter on the other

declare ptr @croft.push() nounwind

define ptr @begin(ptr %given, i1 %own) nounwind {
entry:
  br i1 %own, label %open, label %lend
open:
  %r = call ptr @croft.push()
  ret ptr %r
lend:
  ret ptr %given ; error: R0205
}
