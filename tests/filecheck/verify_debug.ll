; The verification of a module of mode debug: places everywhere, and nothing of the other modes.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output %s
; RUN: sed -e 's/; place = //' %s | not opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output 2>&1 | FileCheck-22 %s --check-prefix=PLACE
; RUN: sed -e 's/; mixed = //' %s | not opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output 2>&1 | FileCheck-22 %s --check-prefix=MIXED

; PLACE: croft: `croft_rt_debug_reset` is called without a place: call void @croft_rt_debug_reset(ptr %region, ptr null)
; MIXED: croft: `croft_rt_pop` is called in a module of mode debug
@text = private unnamed_addr constant [7 x i8] c"kernel\00"
@place = private unnamed_addr constant { ptr, ptr, i32, i32 } { ptr null, ptr @text, i32 0, i32 0 }
declare ptr @croft_rt_debug_push(ptr)
declare void @croft_rt_debug_pop(ptr, ptr)
declare void @croft_rt_debug_reset(ptr, ptr)
declare void @croft_rt_pop(ptr)

define void @kernel() nounwind {
  %region = call ptr @croft_rt_debug_push(ptr @place)
  ; place = call void @croft_rt_debug_reset(ptr %region, ptr null)
  ; mixed = call void @croft_rt_pop(ptr %region)
  call void @croft_rt_debug_pop(ptr %region, ptr @place)
  ret void
}
