; A region that each turn of a loop opens and ends is opened before the loop, and reset each turn.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-opt<loops>,verify' -S %s | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-opt<loops>,croft-lower,croft-verify' -S %s | not grep 'call.*@croft\.'

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @touch(ptr captures(none)) nounwind memory(argmem: readwrite)
declare void @fill(ptr "croft.region") nounwind "croft.effects"="put(arg0); nounwind"
declare void @report(ptr captures(none)) nounwind noreturn memory(argmem: read)
declare void @may_throw() "croft.effects"="get(global)"
declare i1 @more() nounwind memory(none)
declare i64 @number() nounwind memory(none)

; CHECK-LABEL: define void @each_turn(
; CHECK: [[REGION:%.*]] = call ptr @croft.push()
; CHECK: turn:
; CHECK-NOT: croft.push
; CHECK: call ptr @croft.alloc(ptr [[REGION]], i64 512, i64 8)
; CHECK: call void @croft.reset(ptr [[REGION]]) #[[WARM:[0-9]+]]
; CHECK-NOT: croft.pop
; CHECK: br i1
; CHECK: call void @croft.pop(ptr [[REGION]])
; CHECK: ret void
define void @each_turn() nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret void
}

; Two ways to the end of the turn, two ways out of the loop, a function that is given the region, and a budget from before the loop. Another
; region is open around it.
; CHECK-LABEL: define void @ways(
; CHECK: [[REGION:%.*]] = call ptr @croft.push.bounded(i64 %budget)
; CHECK: turn:
; CHECK-NOT: croft.push
; CHECK: ret void
define void @ways(ptr %outer, i64 %budget, i1 %which) nounwind {
entry:
  br label %turn
turn:
  call void @croft.reset(ptr %outer)
  %region = call ptr @croft.push.bounded(i64 %budget)
  call void @fill(ptr %region)
  br i1 %which, label %left, label %right
left:
  call void @croft.pop(ptr %region)
  %stop = call i1 @more()
  br i1 %stop, label %latch, label %early
right:
  call void @croft.pop(ptr %region)
  br label %latch
latch:
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
early:
  ret void
end:
  ret void
}

; Two loops, one inside the other: the region is opened before both.
; CHECK-LABEL: define void @nested(
; CHECK: call ptr @croft.push()
; CHECK: outer:
; CHECK-NOT: croft.push
; CHECK: ret void
define void @nested() nounwind {
entry:
  br label %outer
outer:
  br label %inner
inner:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %inner, label %next
next:
  %once_more = call i1 @more()
  br i1 %once_more, label %outer, label %end
end:
  ret void
}

; Where the loop is left with the region open, nothing returns, and its objects may be read: the region is not ended there.
; CHECK-LABEL: define void @gives_up(
; CHECK: call ptr @croft.push()
; CHECK: turn:
; CHECK: failed:
; CHECK-NOT: croft.pop
; CHECK: call void @report(
; CHECK: unreachable
; CHECK: call void @croft.pop(
; CHECK: ret void
define void @gives_up() nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  %right = call i1 @more()
  br i1 %right, label %latch, label %failed
failed:
  call void @report(ptr %object)
  unreachable
latch:
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret void
}

; Near miss: the budget is another one each turn.
; CHECK-LABEL: define void @budget_of_the_turn(
; CHECK: turn:
; CHECK: call ptr @croft.push.bounded(i64 %budget)
; CHECK: call void @croft.pop(
; CHECK: ret void
define void @budget_of_the_turn() nounwind {
entry:
  br label %turn
turn:
  %budget = call i64 @number()
  %region = call ptr @croft.push.bounded(i64 %budget)
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret void
}

; Near miss: a call that may unwind would leave the region open, where the turn had none.
; CHECK-LABEL: define void @may_unwind(
; CHECK: turn:
; CHECK: call ptr @croft.push()
; CHECK: call void @croft.pop(
; CHECK: ret void
define void @may_unwind() {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  call void @croft.pop(ptr %region)
  call void @may_throw()
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret void
}

; Near miss: the loop is left with the region open, and it ends behind the loop.
; CHECK-LABEL: define void @ends_behind(
; CHECK: turn:
; CHECK: call ptr @croft.push()
; CHECK: ret void
define void @ends_behind() nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  %stop = call i1 @more()
  br i1 %stop, label %end, label %latch
latch:
  call void @croft.pop(ptr %region)
  br label %turn
end:
  call void @croft.pop(ptr %region)
  ret void
}

; Near miss: of any size, so a run perhaps, and between two turns the pool may be idle and forget it.
; CHECK-LABEL: define void @may_be_a_run(
; CHECK: turn:
; CHECK: call ptr @croft.push()
; CHECK: ret void
define void @may_be_a_run(i64 %size) nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 %size, i64 8)
  call void @touch(ptr %object)
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret void
}

; Near miss: the same of a function that is called, and may open regions.
; CHECK-LABEL: define void @may_be_a_run_there(
; CHECK: turn:
; CHECK: call ptr @croft.push()
; CHECK: ret void
define void @may_be_a_run_there() nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  call void @fill(ptr %region)
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret void
}

; Near miss: another region leaves the loop open, so this one, opened before the loop, would not be innermost where it ends.
; CHECK-LABEL: define void @another_leaves(
; CHECK: turn:
; CHECK: call ptr @croft.push()
; CHECK: call ptr @croft.push()
; CHECK: ret void
define void @another_leaves() nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  call void @croft.pop(ptr %region)
  %other = call ptr @croft.push()
  %kept = call ptr @croft.alloc(ptr %other, i64 512, i64 8)
  call void @touch(ptr %kept)
  %stop = call i1 @more()
  br i1 %stop, label %end, label %latch
latch:
  call void @croft.pop(ptr %other)
  br label %turn
end:
  call void @touch(ptr %kept)
  call void @croft.pop(ptr %other)
  ret void
}

; Near miss: a function that calls itself would hold a block for each call.
; CHECK-LABEL: define void @recursive(
; CHECK: turn:
; CHECK: call ptr @croft.push()
; CHECK: ret void
define void @recursive() nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 512, i64 8)
  call void @touch(ptr %object)
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  %deeper = call i1 @more()
  br i1 %deeper, label %down, label %out
down:
  call void @recursive()
  br label %out
out:
  ret void
}

; CHECK: attributes #[[WARM]] = { "croft.warm" }
