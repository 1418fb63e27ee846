; The mode in angle brackets: in debug mode every operation says its place, and accesses are checked.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower<debug>' -S %s | FileCheck-22 %s
; RUN: not opt-22 -load-pass-plugin=%plugin -passes='croft-lower<slow>' -disable-output %s

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @croft.reset(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

; CHECK: @croft_text = private unnamed_addr constant [7 x i8] c"kernel\00"
; CHECK: @croft_place = private unnamed_addr constant { ptr, ptr, i32, i32 } { ptr null, ptr @croft_text, i32 0, i32 0 }
; CHECK-LABEL: define void @kernel(
; CHECK-NEXT: %region = call ptr @croft_rt_debug_push(ptr @croft_place)
; CHECK-NEXT: %object = call ptr @croft_rt_debug_alloc(ptr %region, i64 8, i64 8, ptr @croft_place)
; CHECK-NEXT: call void @croft_rt_debug_write(ptr %object, i64 8, ptr @croft_place)
; CHECK-NEXT: store volatile i64 1, ptr %object
; CHECK-NEXT: call void @croft_rt_debug_reset(ptr %region, ptr @croft_place)
; CHECK-NEXT: call void @croft_rt_debug_pop(ptr %region, ptr @croft_place)
; CHECK-NOT: @croft_rt_pop
define void @kernel() nounwind {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 1, ptr %object
  call void @croft.reset(ptr %region)
  call void @croft.pop(ptr %region)
  ret void
}
