; What LLVM may believe of allocations, and keeps in mode call.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-check,croft-opt<attributes>,verify' -S %s | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-opt<attributes>,croft-lower<call>,croft-verify' -S %s | FileCheck-22 --check-prefix=CALL %s
; An object that is only written to goes, and a test for null with it.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-opt<attributes>,instcombine' -S %s | FileCheck-22 --check-prefix=GONE %s

declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind
declare ptr @croft.try_alloc(ptr, i64, i64) nounwind

; CHECK-LABEL: define ptr @known(
; CHECK: call nonnull align 16 dereferenceable(24) ptr @croft.alloc(ptr %region, i64 20, i64 16) #[[ONE:[0-9]+]]
; CALL-LABEL: define ptr @known(
; CALL: call nonnull align 16 dereferenceable(24) ptr @croft_rt_alloc(ptr %region, i64 20, i64 16) #[[ONE:[0-9]+]]
define ptr @known(ptr %region) nounwind {
  %object = call ptr @croft.alloc(ptr %region, i64 20, i64 16)
  ret ptr %object
}

; CHECK-LABEL: define ptr @unknown(
; CHECK: call nonnull ptr @croft.alloc.array(ptr %region, i64 %count, i64 8, i64 8) #[[ARRAY:[0-9]+]]
define ptr @unknown(ptr %region, i64 %count) nounwind {
  %object = call ptr @croft.alloc.array(ptr %region, i64 %count, i64 8, i64 8)
  ret ptr %object
}

; One that may be refused may be null, and tells nobody.
; CHECK-LABEL: define ptr @refusable(
; CHECK: call align 8 dereferenceable_or_null(8) ptr @croft.try_alloc(ptr %region, i64 8, i64 8) #[[TRY:[0-9]+]]
define ptr @refusable(ptr %region) nounwind {
  %object = call ptr @croft.try_alloc(ptr %region, i64 8, i64 8)
  ret ptr %object
}

; GONE-LABEL: define {{.*}}i1 @written(
; GONE-NOT: croft.alloc
; GONE: ret i1 false
define i1 @written(ptr %region) nounwind {
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %object
  %none = icmp eq ptr %object, null
  ret i1 %none
}

; Near miss: what is read stays.
; GONE-LABEL: define {{.*}}ptr @returned(
; GONE: croft.alloc
define ptr @returned(ptr %region) nounwind {
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %object
  ret ptr %object
}

; Near miss: past a budget, and where a refusal is asked for, nothing goes.
; GONE-LABEL: define {{.*}}void @past_the_budget(
; GONE: croft.alloc
; GONE: ret void
define void @past_the_budget() nounwind {
  %region = call ptr @croft.push.bounded(i64 8)
  %object = call ptr @croft.alloc(ptr %region, i64 16, i64 8)
  call void @croft.pop(ptr %region)
  ret void
}

; GONE-LABEL: define {{.*}}i1 @refused(
; GONE: croft.try_alloc
; GONE: ret i1
define i1 @refused(ptr %region) nounwind {
  %object = call ptr @croft.try_alloc(ptr %region, i64 -1, i64 8)
  %none = icmp eq ptr %object, null
  ret i1 %none
}

; CHECK-DAG: attributes #[[ONE]] = { {{.*}}allockind("alloc,uninitialized,aligned") allocsize(1){{.*}} }
; CHECK-DAG: attributes #[[ARRAY]] = { {{.*}}allocsize(1,2){{.*}} }
; CHECK-DAG: attributes #[[TRY]] = { {{.*}}memory(argmem: readwrite, inaccessiblemem: readwrite){{.*}} }
; CALL: attributes #[[ONE]] = { {{.*}}allocsize(1)
