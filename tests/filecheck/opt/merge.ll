; Two regions that are opened together and end together become one.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-opt<merge>,verify' -S %s | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-opt<merge>,croft-lower,croft-verify' -S %s | not grep 'call.*@croft\.'

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @touch(ptr captures(none)) nounwind memory(argmem: readwrite)

; CHECK-LABEL: define void @together(
; CHECK: [[REGION:%.*]] = call ptr @croft.push()
; CHECK-NOT: croft.push
; CHECK-COUNT-2: call ptr @croft.alloc(ptr [[REGION]],
; CHECK-COUNT-2: call void @croft.pop(ptr [[REGION]])
; CHECK-NOT: croft.pop
; CHECK: ret void
define void @together(i1 %which) nounwind {
entry:
  %outer = call ptr @croft.push()
  %inner = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %outer, i64 16, i64 8)
  %b = call ptr @croft.alloc(ptr %inner, i64 400, i64 8)
  call void @touch(ptr %a)
  call void @touch(ptr %b)
  br i1 %which, label %left, label %right
left:
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %outer)
  br label %end
right:
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %outer)
  br label %end
end:
  ret void
}

; Near miss: the inner region ends earlier, and its memory is used again.
; CHECK-LABEL: define void @earlier(
; CHECK-COUNT-2: croft.push
; CHECK: ret void
define void @earlier() nounwind {
  %outer = call ptr @croft.push()
  %inner = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %outer, i64 16, i64 8)
  %b = call ptr @croft.alloc(ptr %inner, i64 16, i64 8)
  call void @touch(ptr %b)
  call void @croft.pop(ptr %inner)
  call void @touch(ptr %a)
  call void @croft.pop(ptr %outer)
  ret void
}

; Near miss: of unknown size, so that the one region might need more blocks than the two.
; CHECK-LABEL: define void @unknown_size(
; CHECK-COUNT-2: croft.push
; CHECK: ret void
define void @unknown_size(i64 %size) nounwind {
  %outer = call ptr @croft.push()
  %inner = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %outer, i64 16, i64 8)
  %b = call ptr @croft.alloc(ptr %inner, i64 %size, i64 8)
  call void @touch(ptr %a)
  call void @touch(ptr %b)
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %outer)
  ret void
}

; Near miss: a reset of the one would end the objects of the other.
; CHECK-LABEL: define void @with_reset(
; CHECK-COUNT-2: croft.push
; CHECK: ret void
define void @with_reset() nounwind {
  %outer = call ptr @croft.push()
  %inner = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %outer, i64 16, i64 8)
  %b = call ptr @croft.alloc(ptr %inner, i64 16, i64 8)
  call void @touch(ptr %b)
  call void @croft.reset(ptr %inner)
  call void @touch(ptr %a)
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %outer)
  ret void
}

; Near miss: a budget of its own.
; CHECK-LABEL: define void @with_budget(
; CHECK: croft.push.bounded
; CHECK: ret void
define void @with_budget() nounwind {
  %outer = call ptr @croft.push()
  %inner = call ptr @croft.push.bounded(i64 64)
  %a = call ptr @croft.alloc(ptr %outer, i64 16, i64 8)
  %b = call ptr @croft.alloc(ptr %inner, i64 16, i64 8)
  call void @touch(ptr %a)
  call void @touch(ptr %b)
  call void @croft.pop(ptr %inner)
  call void @croft.pop(ptr %outer)
  ret void
}
