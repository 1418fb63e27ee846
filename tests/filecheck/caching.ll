; A loop that allocates into a region of its caller keeps frontier and limit in registers, and stores the frontier behind itself.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower,croft-verify,verify' -S %s | FileCheck-22 %s

declare ptr @croft.push() nounwind
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare void @touch(ptr captures(none)) nounwind memory(argmem: readwrite)
declare void @anything()
declare i1 @more() nounwind memory(none)

; Code that was not checked may pass none, and allocate nothing.
; CHECK-LABEL: define ptr @list(
; CHECK: icmp eq ptr %region, null
; CHECK: load ptr, ptr %region
; CHECK: turn:
; CHECK-NOT: load ptr, ptr %region
; CHECK: @croft_rt_serve_cached(
; CHECK: br i1 %again
; CHECK: store ptr {{%.*}}, ptr %region
; CHECK: ret ptr
define ptr @list(ptr %region) nounwind {
entry:
  br label %turn
turn:
  %last = phi ptr [ null, %entry ], [ %object, %turn ]
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store ptr %last, ptr %object
  call void @touch(ptr %object)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret ptr %object
}

; Near miss: a request to another region may be refused, and a handler that jumps out has to find this one as it is.
; CHECK-LABEL: define ptr @beside_its_own(
; CHECK-NOT: serve_cached
; CHECK: ret ptr
define ptr @beside_its_own(ptr %region) nounwind {
entry:
  br label %turn
turn:
  %last = phi ptr [ null, %entry ], [ %object, %turn ]
  %own = call ptr @croft.push()
  %scratch = call ptr @croft.alloc(ptr %own, i64 16, i64 8)
  call void @touch(ptr %scratch)
  call void @croft.pop(ptr %own)
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store ptr %last, ptr %object
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret ptr %object
}

; Near miss: the two regions may be the same one.
; CHECK-LABEL: define ptr @two_of_the_caller(
; CHECK-NOT: serve_cached
; CHECK: ret ptr
define ptr @two_of_the_caller(ptr %region, ptr %other) nounwind {
entry:
  br label %turn
turn:
  %last = phi ptr [ null, %entry ], [ %object, %turn ]
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  %second = call ptr @croft.alloc(ptr %other, i64 16, i64 8)
  store ptr %last, ptr %object
  store ptr %object, ptr %second
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret ptr %object
}

; Near miss: a function that may do anything may work on the region.
; CHECK-LABEL: define ptr @with_a_call(
; CHECK-NOT: serve_cached
; CHECK: ret ptr
define ptr @with_a_call(ptr %region) nounwind {
entry:
  br label %turn
turn:
  %last = phi ptr [ null, %entry ], [ %object, %turn ]
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  store ptr %last, ptr %object
  call void @anything()
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret ptr %object
}

; Near miss: a reset works on the descriptor.
; CHECK-LABEL: define ptr @with_a_reset(
; CHECK-NOT: serve_cached
; CHECK: ret ptr
define ptr @with_a_reset(ptr %region) nounwind {
entry:
  br label %turn
turn:
  call void @croft.reset(ptr %region)
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  call void @touch(ptr %object)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret ptr %object
}

; Near miss: another request of the same region, of a size that only the run knows, works on the descriptor.
; CHECK-LABEL: define ptr @of_any_size(
; CHECK-NOT: serve_cached
; CHECK: ret ptr
define ptr @of_any_size(ptr %region, i64 %size) nounwind {
entry:
  br label %turn
turn:
  %last = phi ptr [ null, %entry ], [ %object, %turn ]
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  %array = call ptr @croft.alloc(ptr %region, i64 %size, i64 8)
  store ptr %last, ptr %object
  store ptr %array, ptr %object
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  ret ptr %object
}

; Near miss: another name for the same region, which a phi gives it.
; CHECK-LABEL: define void @by_another_name(
; CHECK-NOT: serve_cached
; CHECK: ret void
define void @by_another_name(i1 %which) nounwind {
entry:
  %region = call ptr @croft.push.bounded(i64 65536)
  %other = call ptr @croft.push.bounded(i64 65536)
  %either = select i1 %which, ptr %region, ptr %other
  br label %turn
turn:
  %a = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  %b = call ptr @croft.alloc(ptr %either, i64 24, i64 8)
  call void @touch(ptr %a)
  call void @touch(ptr %b)
  %again = call i1 @more()
  br i1 %again, label %turn, label %end
end:
  call void @croft.pop(ptr %other)
  call void @croft.pop(ptr %region)
  ret void
}
