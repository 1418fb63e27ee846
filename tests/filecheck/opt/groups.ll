; Allocations that execute together share one request.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-opt<groups>,verify' -S %s | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-opt<groups>,croft-lower,croft-verify' -S %s | not grep 'call.*@croft\.'

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind
declare ptr @croft.try_alloc(ptr, i64, i64) nounwind
declare void @touch(ptr captures(none)) nounwind memory(argmem: readwrite)
declare i32 @may_throw(ptr captures(none)) memory(argmem: read)
declare void @log() nounwind "croft.effects"="pure"
declare i1 @more() nounwind memory(none)

; One after the other: sizes are rounded to whole steps, and the first one's alignment is asked for.
; CHECK-LABEL: define void @row(
; CHECK: [[BASE:%.*]] = call ptr @croft.alloc(ptr %region, i64 64, i64 16)
; CHECK-DAG: getelementptr inbounds i8, ptr [[BASE]], i64 16
; CHECK-DAG: getelementptr inbounds i8, ptr [[BASE]], i64 24
; CHECK-NOT: croft.alloc
; CHECK: ret void
define void @row(ptr %region) nounwind {
  %a = call ptr @croft.alloc(ptr %region, i64 13, i64 16)
  call void @touch(ptr %a)
  %b = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 1, ptr %b
  %c = call ptr @croft.alloc.array(ptr %region, i64 5, i64 8, i64 4)
  store ptr %c, ptr %b
  ret void
}

; Two regions in turn: two requests, one for each.
; CHECK-LABEL: define void @in_turn(
; CHECK-COUNT-2: call ptr @croft.alloc(ptr {{%.*}}, i64 32, i64 8)
; CHECK-NOT: croft.alloc
; CHECK: ret void
define void @in_turn(ptr %r, ptr %s) nounwind {
  %a = call ptr @croft.alloc(ptr %r, i64 16, i64 8)
  %b = call ptr @croft.alloc(ptr %s, i64 16, i64 8)
  %c = call ptr @croft.alloc(ptr %r, i64 16, i64 8)
  %d = call ptr @croft.alloc(ptr %s, i64 16, i64 8)
  store i64 1, ptr %a
  store i64 2, ptr %b
  store i64 3, ptr %c
  store i64 4, ptr %d
  ret void
}

; Across basic blocks, where the second executes whenever the first does.
; CHECK-LABEL: define void @across(
; CHECK: call ptr @croft.alloc(ptr %region, i64 24, i64 8)
; CHECK-NOT: croft.alloc
; CHECK: ret void
define void @across(ptr %region, i1 %which) nounwind {
entry:
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  br i1 %which, label %left, label %right
left:
  store i64 1, ptr %a
  br label %join
right:
  store i64 2, ptr %a
  br label %join
join:
  %b = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store ptr %a, ptr %b
  ret void
}

; Near miss: the second executes on one of two ways only.
; CHECK-LABEL: define void @one_way(
; CHECK-COUNT-2: call ptr @croft.alloc(
; CHECK: ret void
define void @one_way(ptr %region, i1 %which) nounwind {
entry:
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %a
  br i1 %which, label %left, label %end
left:
  %b = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store ptr %a, ptr %b
  br label %end
end:
  ret void
}

; Near miss: the second executes several times for the first.
; CHECK-LABEL: define void @inner_loop(
; CHECK: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: call ptr @croft.alloc(ptr %region, i64 16, i64 8)
; CHECK: ret void
define void @inner_loop() nounwind {
entry:
  %region = call ptr @croft.push.bounded(i64 65536)
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  br label %turn
turn:
  %b = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store ptr %a, ptr %b
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  call void @croft.pop(ptr %region)
  ret void
}

; Near miss: the first executes several times before the second.
; CHECK-LABEL: define void @outer_loop(
; CHECK: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: call ptr @croft.alloc(ptr %region, i64 16, i64 8)
; CHECK: ret void
define void @outer_loop() nounwind {
entry:
  %region = call ptr @croft.push.bounded(i64 65536)
  br label %turn
turn:
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %a
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  %b = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store ptr %a, ptr %b
  call void @croft.pop(ptr %region)
  ret void
}

; Near miss: a reset in between ends the first object, and would end the second.
; CHECK-LABEL: define void @reset_between(
; CHECK-COUNT-2: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: ret void
define void @reset_between(ptr %region) nounwind {
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %a
  call void @croft.reset(ptr %region)
  %b = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 2, ptr %b
  ret void
}

; Near miss: what a function does that may do anything must have happened before exhaustion is told.
; CHECK-LABEL: define void @call_between(
; CHECK-COUNT-2: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: ret void
define void @call_between(ptr %region) nounwind {
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %a
  call void @log()
  %b = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 2, ptr %b
  ret void
}

; Near miss: together they would take more than 256 bytes.
; CHECK-LABEL: define void @too_many_bytes(
; CHECK-COUNT-2: call ptr @croft.alloc(ptr %region, i64 136, i64 8)
; CHECK: ret void
define void @too_many_bytes(ptr %region) nounwind {
  %a = call ptr @croft.alloc(ptr %region, i64 136, i64 8)
  %b = call ptr @croft.alloc(ptr %region, i64 136, i64 8)
  store ptr %a, ptr %b
  ret void
}

; Near miss: a request that may be refused is one of its own, and ends a group.
; CHECK-LABEL: define void @refusal(
; CHECK: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: call ptr @croft.try_alloc(ptr %region, i64 8, i64 8)
; CHECK: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: ret void
define void @refusal(ptr %region) nounwind {
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  %b = call ptr @croft.try_alloc(ptr %region, i64 8, i64 8)
  %c = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store ptr %b, ptr %a
  store ptr %a, ptr %c
  ret void
}

; Near miss: a stricter alignment behind the first would be paid for in a budget that suffices without.
; CHECK-LABEL: define void @stricter(
; CHECK: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: call ptr @croft.alloc(ptr %region, i64 64, i64 64)
; CHECK: ret void
define void @stricter(ptr %region) nounwind {
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  %b = call ptr @croft.alloc(ptr %region, i64 64, i64 64)
  store ptr %a, ptr %b
  ret void
}

; Near miss: a function that may unwind, so that the second is never asked for.
; CHECK-LABEL: define void @may_unwind(
; CHECK-COUNT-2: call ptr @croft.alloc(ptr %region, i64 8, i64 8)
; CHECK: ret void
define void @may_unwind(ptr %region, ptr captures(none) %o) {
  %a = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %a
  %x = call i32 @may_throw(ptr %o)
  %b = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 2, ptr %b
  ret void
}
