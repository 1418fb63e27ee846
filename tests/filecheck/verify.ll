; The verification of lowered code is independent: it finds what no lowering would write.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output %s
; RUN: sed -e 's/; open = //' %s | not opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output 2>&1 | FileCheck-22 %s --check-prefix=OPEN
; RUN: sed -e 's/; ended = //' %s | not opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output 2>&1 | FileCheck-22 %s --check-prefix=ENDED
; RUN: sed -e 's/; null = //' %s | not opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output 2>&1 | FileCheck-22 %s --check-prefix=NULL
; RUN: sed -e 's/; operation = //' %s | not opt-22 -load-pass-plugin=%plugin -passes='croft-verify' -disable-output 2>&1 | FileCheck-22 %s --check-prefix=OPERATION

; OPEN: croft: in `kernel`: a region is open at an exit
; ENDED: croft: in `kernel`: an entry point works on a region that is not open
; NULL: croft: in `kernel`: `croft_rt_reset` is called with a null region
; OPERATION: croft: `croft.reset` is still called
declare void @croft_rt_open(ptr)
declare void @croft_rt_pop(ptr)
declare void @croft_rt_reset(ptr)
declare void @croft.reset(ptr)

define void @kernel(i1 %early) nounwind {
entry:
  %region = alloca { ptr, ptr, ptr }, align 8
  call void @croft_rt_open(ptr %region)
  br i1 %early, label %out, label %end
out:
  ; open = ret void
  call void @croft_rt_pop(ptr %region)
  ret void
end:
  call void @croft_rt_pop(ptr %region)
  ; ended = call void @croft_rt_reset(ptr %region)
  ; null = call void @croft_rt_reset(ptr null)
  ; operation = call void @croft.reset(ptr %region)
  ret void
}
