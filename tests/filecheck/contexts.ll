; For threads and interrupts, lowered code leaves the pool alone: of its address it asks at most, and one call serves all regions of a function.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower<threads>,verify' -S %s | FileCheck-22 %s --check-prefixes=CHECK,THREADS
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower<inline;threads;interrupts>,verify' -S %s | FileCheck-22 %s --check-prefixes=CHECK,THREADS
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-lower<interrupts>,verify' -S %s | FileCheck-22 %s --check-prefixes=CHECK,INTERRUPTS
; RUN: not opt-22 -load-pass-plugin=%plugin -passes='croft-lower<call;debug>' -S %s 2>&1 | FileCheck-22 %s --check-prefix=REFUSED
; RUN: not opt-22 -load-pass-plugin=%plugin -passes='croft-lower<thread>' -S %s 2>&1 | FileCheck-22 %s --check-prefix=REFUSED

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare i1 @more() nounwind "croft.effects"=""

; REFUSED: croft-lower<

; CHECK-NOT: croft.
; CHECK-LABEL: define void @kernel(
; THREADS: call {{.*}}ptr @croft_thread_pool()
; THREADS-NOT: call {{.*}}ptr @croft_thread_pool()
; INTERRUPTS: @croft_pool
; CHECK-NOT: load {{.*}}croft_pool
; CHECK: call {{.*}}ptr @croft_rt_apart_alloc(
; CHECK: call void @croft_rt_apart_pop(
; CHECK: ret void
; THREADS: declare {{.*}}@croft_thread_pool() {{.*}}[[CONSTANT:#[0-9]+]]
; THREADS: attributes [[CONSTANT]] = {{.*}}speculatable{{.*}}memory(none)
define void @kernel(i64 %size) nounwind {
  %a = call ptr @croft.push()
  %yes = call i1 @more()
  br i1 %yes, label %then, label %end

then:
  %object = call ptr @croft.alloc(ptr %a, i64 %size, i64 8)
  store i8 1, ptr %object
  br label %end

end:
  call void @croft.pop(ptr %a)
  ret void
}
