; What the printer says of a definition is what a declaration may say: a caller of either is judged alike.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='print<croft-effects>' -disable-output %s 2>&1 | grep '^make:' | sed -e 's/^make: //' > %t.effects
; RUN: sed -e "s/EFFECTS/$(cat %t.effects)/" -e 's/^; declared = //' -e '/^; from here/,/^; to here/d' %s > %t.ll
; RUN: opt-22 -load-pass-plugin=%plugin -passes='print<croft-effects>' -disable-output %t.ll 2>&1 | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='print<croft-effects>' -disable-output %s 2>&1 | FileCheck-22 %s

; CHECK: use: put(arg0); return(in(arg0)); nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define ptr @use(ptr %r) nounwind {
  %p = call ptr @make(ptr %r)
  ret ptr %p
}

; declared = declare ptr @make(ptr) "croft.effects"="EFFECTS"
; from here
define ptr @make(ptr %r) nounwind noinline {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i64 1, ptr %p
  ret ptr %p
}
; to here
