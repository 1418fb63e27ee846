; Small objects of a region that the function opens itself become stack slots; a region that holds nothing is not opened.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-opt<stack>,verify' -S %s | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-opt,croft-lower,croft-verify' -S %s | not grep 'call.*@croft\.'

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind
declare ptr @croft.try_alloc(ptr, i64, i64) nounwind
declare void @croft.cleanup(ptr, ptr, ptr) nounwind
declare void @croft.keepalive(ptr) nounwind
declare void @use(ptr captures(none)) nounwind memory(argmem: readwrite) "croft.effects"="get(arg0); nounwind"
declare void @close(ptr captures(none)) nounwind memory(argmem: readwrite) "croft.effects"="get(arg0); nounwind"
declare i1 @more() nounwind memory(none)

; All of the region: it is not opened at all, and the `tail` of a call that gets the slot goes.
; CHECK-LABEL: define i64 @whole(
; CHECK-NOT: croft.
; CHECK-DAG: alloca [16 x i8], align 8
; CHECK-DAG: alloca [24 x i8], align 16
; CHECK-NOT: croft.
; CHECK: {{^  call void @use}}
; CHECK-NOT: croft.
; CHECK: ret i64
define i64 @whole(i64 %value) nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  %array = call ptr @croft.alloc.array(ptr %region, i64 5, i64 4, i64 16)
  store i64 %value, ptr %object
  tail call void @use(ptr %object)
  call void @use(ptr %array)
  %result = load i64, ptr %object
  call void @croft.keepalive(ptr %region)
  call void @croft.pop(ptr %region)
  ret i64 %result
}

; A region of each turn: the slot serves all turns.
; CHECK-LABEL: define void @each_turn(
; CHECK: alloca [32 x i8]
; CHECK-NOT: croft.
; CHECK: ret void
define void @each_turn() nounwind {
entry:
  br label %turn
turn:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 32, i64 8)
  call void @use(ptr %object)
  call void @croft.pop(ptr %region)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret void
}

; Near miss: the loop allocates into a region from outside, so several objects are alive at once.
; CHECK-LABEL: define void @many_alive(
; CHECK-NOT: alloca
; CHECK: call ptr @croft.alloc(
; CHECK: ret void
define void @many_alive() nounwind {
entry:
  %region = call ptr @croft.push.bounded(i64 100000)
  br label %turn
turn:
  %last = phi ptr [ null, %entry ], [ %object, %turn ]
  %object = call ptr @croft.alloc(ptr %region, i64 32, i64 8)
  store ptr %last, ptr %object
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  call void @use(ptr %object)
  call void @croft.pop(ptr %region)
  ret void
}

; A reset in the loop ends the object before the next one: one slot again.
; CHECK-LABEL: define void @reset_each_turn(
; CHECK: alloca [32 x i8]
; CHECK-NOT: croft.
; CHECK: ret void
define void @reset_each_turn() nounwind {
entry:
  %region = call ptr @croft.push()
  br label %turn
turn:
  call void @croft.reset(ptr %region)
  %object = call ptr @croft.alloc(ptr %region, i64 32, i64 8)
  call void @use(ptr %object)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  call void @croft.pop(ptr %region)
  ret void
}

; Single objects: the small one becomes a slot, the large one and the one of unknown size stay.
; CHECK-LABEL: define void @single(
; CHECK: alloca [8 x i8]
; CHECK: croft.push
; CHECK: croft.alloc(ptr %region, i64 4096,
; CHECK: croft.alloc(ptr %region, i64 %size,
; CHECK: croft.pop
; CHECK: ret void
define void @single(i64 %size) nounwind {
  %region = call ptr @croft.push()
  %small = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  %large = call ptr @croft.alloc(ptr %region, i64 4096, i64 8)
  %unknown = call ptr @croft.alloc(ptr %region, i64 %size, i64 8)
  call void @use(ptr %small)
  call void @use(ptr %large)
  call void @use(ptr %unknown)
  call void @croft.pop(ptr %region)
  ret void
}

; No more than 1,024 bytes of a function's frame: four objects of 256.
; CHECK-LABEL: define void @frame(
; CHECK-COUNT-4: alloca [256 x i8]
; CHECK-NOT: alloca
; CHECK: croft.push
; CHECK: croft.alloc(ptr %region, i64 256,
; CHECK-NOT: croft.alloc
; CHECK: ret void
define void @frame() nounwind {
  %region = call ptr @croft.push()
  %a = call ptr @croft.alloc(ptr %region, i64 256, i64 8)
  %b = call ptr @croft.alloc(ptr %region, i64 256, i64 8)
  %c = call ptr @croft.alloc(ptr %region, i64 256, i64 8)
  %d = call ptr @croft.alloc(ptr %region, i64 256, i64 8)
  %e = call ptr @croft.alloc(ptr %region, i64 256, i64 8)
  call void @use(ptr %a)
  call void @use(ptr %b)
  call void @use(ptr %c)
  call void @use(ptr %d)
  call void @use(ptr %e)
  call void @croft.pop(ptr %region)
  ret void
}

; A budget that covers the objects goes with the region.
; CHECK-LABEL: define void @covered(
; CHECK: alloca [32 x i8]
; CHECK-NOT: croft.
; CHECK: ret void
define void @covered() nounwind {
  %region = call ptr @croft.push.bounded(i64 64)
  %object = call ptr @croft.alloc(ptr %region, i64 32, i64 8)
  call void @use(ptr %object)
  call void @croft.pop(ptr %region)
  ret void
}

; Near miss: one that does not is exhaustion, and stays so.
; CHECK-LABEL: define void @too_small(
; CHECK-NOT: alloca
; CHECK: croft.push.bounded
; CHECK: croft.alloc
; CHECK: ret void
define void @too_small() nounwind {
  %region = call ptr @croft.push.bounded(i64 16)
  %object = call ptr @croft.alloc(ptr %region, i64 32, i64 8)
  call void @use(ptr %object)
  call void @croft.pop(ptr %region)
  ret void
}

; A request that may be refused is granted.
; CHECK-LABEL: define i1 @granted(
; CHECK: alloca [8 x i8]
; CHECK-NOT: croft.
; CHECK: ret i1
define i1 @granted() nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.try_alloc(ptr %region, i64 8, i64 8)
  %refused = icmp eq ptr %object, null
  call void @croft.pop(ptr %region)
  ret i1 %refused
}

; Near miss: a region of the caller, whose objects outlive the function.
; CHECK-LABEL: define ptr @of_the_caller(
; CHECK-NOT: alloca
; CHECK: croft.alloc
; CHECK: ret ptr
define ptr @of_the_caller(ptr %region) nounwind {
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  ret ptr %object
}

; Near miss: a function that calls itself would need the slot once for each call.
; CHECK-LABEL: define void @recursive(
; CHECK-NOT: alloca
; CHECK: croft.alloc
; CHECK: ret void
define void @recursive(i1 %again) nounwind {
entry:
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  call void @use(ptr %object)
  br i1 %again, label %deeper, label %end
deeper:
  %more = call i1 @more()
  call void @recursive(i1 %more)
  br label %end
end:
  call void @croft.pop(ptr %region)
  ret void
}

; Near miss: a region with a cleanup does something at its end, so it is opened; its object may be a slot.
; CHECK-LABEL: define void @with_cleanup(
; CHECK: alloca [8 x i8]
; CHECK: croft.push
; CHECK: croft.cleanup
; CHECK: croft.pop
; CHECK: ret void
define void @with_cleanup() nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  call void @croft.cleanup(ptr %region, ptr %object, ptr @close)
  call void @croft.pop(ptr %region)
  ret void
}

; Near miss: a function that asks to be left alone.
; CHECK-LABEL: define void @marked_noinline(
; CHECK: croft.alloc
; CHECK: ret void
define void @marked_noinline() nounwind noinline optnone {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  call void @use(ptr %object)
  call void @croft.pop(ptr %region)
  ret void
}
