; The printer of effects, in the order of the module, and nothing on standard output but the module.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='print<croft-effects>' -disable-output %s 2>&1 | FileCheck-22 %s

; CHECK: {{^}}reads: get(arg0); return(*arg0[0]); nounwind{{$}}
; CHECK-NEXT: {{^}}makes: put(arg0); return(in(arg0)); nounwind{{$}}
; CHECK-NEXT: {{^}}fills: put(arg0, many); nounwind{{$}}
; CHECK-NEXT: {{^}}ends: drop(arg0); nounwind{{$}}
; CHECK-NEXT: {{^}}begins: open(return, bounded); nounwind{{$}}
; CHECK-NEXT: {{^}}links: get(arg0); set(arg0[0]); store(arg1 -> arg0[0]); nounwind{{$}}
; CHECK-NEXT: {{^}}same: return(arg0); nounwind{{$}}
; CHECK-NEXT: {{^}}counts: return(arg0); nounwind{{$}}
; CHECK-NEXT: {{^}}halves: pure{{$}}
declare ptr @croft.push.bounded(i64) nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define i64 @reads(ptr %p) nounwind {
  %v = load i64, ptr %p
  ret i64 %v
}

define ptr @makes(ptr %r) nounwind {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  ret ptr %p
}

define internal void @fills(ptr %r, i1 %again) nounwind {
entry:
  br label %loop
loop:
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  br i1 %again, label %loop, label %done
done:
  ret void
}

define void @ends(ptr %r) nounwind {
  call void @croft.pop(ptr %r)
  ret void
}

define ptr @begins() nounwind {
  %r = call ptr @croft.push.bounded(i64 64)
  ret ptr %r
}

define void @links(ptr %from, ptr %to) nounwind {
  store ptr %to, ptr %from
  ret void
}

define ptr @same(ptr %p) nounwind {
  ret ptr %p
}

; A number may be an address, and what is added to it a distance.
define i64 @counts(i64 %n) nounwind {
  %m = add i64 %n, 1
  ret i64 %m
}

define double @halves(double %x) nounwind {
  %y = fmul double %x, 0.5
  ret double %y
}
