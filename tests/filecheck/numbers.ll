; What summaries say of numbers that may be addresses: of a number that is computed with only where the module makes such
; numbers into pointers (`points`), of a hash nothing.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='print<croft-effects>' -disable-output %s 2>&1 | FileCheck-22 %s

; CHECK: {{^}}rounds: return(arg0); return(arg1); nounwind{{$}}
; CHECK-NEXT: {{^}}hashes: pure{{$}}
; CHECK-NEXT: {{^}}chooses: return(arg0); return(arg1); nounwind{{$}}
; CHECK-NEXT: {{^}}pairs: get(arg0); return(arg1); return(*arg0[0]); beside(*arg0[0]); nounwind{{$}}
; CHECK-NEXT: {{^}}copies: get(arg0); get(arg1); get(*arg1[0]); store(**arg1[0] -> arg0[0]); nounwind{{$}}
; CHECK-NEXT: {{^}}tells: get(arg0); get(arg1); get(*arg1[0]); nounwind{{$}}
; CHECK-NEXT: {{^}}adds: get(arg0); get(arg1); set(arg0[0]); store(word(arg1[8]) -> arg0[0]); nounwind{{$}}
; CHECK-NEXT: {{^}}adds_beyond: get(arg0); get(arg1); get(*arg1[0]); set(arg0[0]); store(word(*arg1[0][16]) -> arg0[0]); nounwind{{$}}
; CHECK-NEXT: {{^}}points: get(arg0); return(*arg0[0]); nounwind{{$}}

define i64 @rounds(i64 %p, i64 %a) nounwind {
  %n = udiv i64 %p, %a
  %m = mul i64 %n, %a
  ret i64 %m
}

define i64 @hashes(ptr %p, i64 %a) nounwind {
  %bits = ptrtoint ptr %p to i64
  %n = udiv i64 %bits, 16
  %m = urem i64 %n, %a
  ret i64 %m
}

define i64 @chooses(i64 %p, i64 %q) nounwind {
  %n = call i64 @llvm.umin.i64(i64 %p, i64 %q)
  ret i64 %n
}

define { i64, ptr } @pairs(ptr %p, ptr %q) nounwind {
  %n = load i64, ptr %p
  %one = insertvalue { i64, ptr } poison, i64 %n, 0
  %two = insertvalue { i64, ptr } %one, ptr %q, 1
  ret { i64, ptr } %two
}

define void @copies(ptr %to, ptr %from) nounwind {
  %p = load ptr, ptr %from
  %byte = load i8, ptr %p
  store i8 %byte, ptr %to
  ret void
}

define void @tells(ptr %to, ptr %from) nounwind {
  %p = load ptr, ptr %from
  %byte = load i8, ptr %p
  %large = icmp ugt i8 %byte, 96
  %less = select i1 %large, i8 -32, i8 0
  %upper = add i8 %byte, %less
  store i8 %upper, ptr %to
  ret void
}

define void @adds(ptr %to, ptr %from) nounwind {
  %at = getelementptr i8, ptr %from, i64 8
  %n = load i64, ptr %at
  %m = add i64 %n, 1
  store i64 %m, ptr %to
  ret void
}

define void @adds_beyond(ptr %to, ptr %from) nounwind {
  %p = load ptr, ptr %from
  %at = getelementptr i8, ptr %p, i64 16
  %n = load i64, ptr %at
  %m = add i64 %n, 1
  store i64 %m, ptr %to
  ret void
}

define ptr @points(ptr %p) nounwind {
  %n = load i64, ptr %p
  %q = inttoptr i64 %n to ptr
  ret ptr %q
}

declare i64 @llvm.umin.i64(i64, i64)
