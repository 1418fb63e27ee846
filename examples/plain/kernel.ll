; Annotated IR as a compiler writes it: Croft's operations are calls to functions with these exact names, and a region is
; an ordinary value. Nothing else marks a region: no metadata, no attribute, no intrinsic.
;
; For n = 1 to 10 the kernel builds the list of the divisors of n and prints their sum, in a region per iteration:
;
;     for n in 1..=10 {
;         region r {
;             print(n, sum(divisors(r, n)))
;         }
;     }
;
; Check it and lower it:
;
;     croft check examples/plain/kernel.ll
;     opt-22 -load-pass-plugin=target/release/libcroft_pass.so -passes='croft-check,croft-lower' -S examples/plain/kernel.ll

source_filename = "kernel.ll"
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"

; How many divisors there are, and where they lie in the region.
%divisors = type { i64, ptr }

@line = private unnamed_addr constant [33 x i8] c"%2ld has %ld divisors, sum %2ld\0A\00"

; The operations that this kernel uses. `nounwind` is true of all of them; without it the checker asks for a
; `croft.pop` on the way that unwinding takes.
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
; region, size in bytes, alignment in bytes
declare ptr @croft.alloc(ptr, i64, i64) nounwind
; region, number of elements, size of an element in bytes, alignment in bytes
declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind

; Croft knows from an effect manifest what libc's functions do with their pointers.
declare i32 @printf(ptr, ...) nounwind

define i32 @main() nounwind {
entry:
  br label %loop

loop:
  %n = phi i64 [ 1, %entry ], [ %next, %loop ]
  ; The region opens and ends in one iteration: the next one gets the same memory. Were the push in %entry and the pop
  ; in %exit, every iteration would leave its list behind, and the checker would reject the call of @divisors (R0301).
  %r = call ptr @croft.push()
  %list = call ptr @divisors(ptr %r, i64 %n)
  %count = load i64, ptr %list
  %sum = call i64 @sum(ptr %list)
  %printed = call i32 (ptr, ...) @printf(ptr @line, i64 %n, i64 %count, i64 %sum)
  ; Behind this line %list is dangling: using it, or storing it in a place that lives longer, is R04.
  call void @croft.pop(ptr %r)
  %next = add i64 %n, 1
  %more = icmp ule i64 %next, 10
  br i1 %more, label %loop, label %exit

exit:
  ret i32 0
}

; The divisors of %n, in the caller's region. The region is a parameter like any other; that this function allocates in it
; and returns what it allocated is for the checker to find out.
define internal ptr @divisors(ptr %r, i64 %n) nounwind {
entry:
  %list = call ptr @croft.alloc(ptr %r, i64 16, i64 8)
  ; Room for n elements, asked for once: an allocation in the loop below would need a bounded region.
  %elements = call ptr @croft.alloc.array(ptr %r, i64 %n, i64 8, i64 8)
  %elements.field = getelementptr inbounds %divisors, ptr %list, i64 0, i32 1
  store ptr %elements, ptr %elements.field
  br label %try

try:
  %candidate = phi i64 [ 1, %entry ], [ %candidate.next, %continue ]
  %count = phi i64 [ 0, %entry ], [ %count.next, %continue ]
  %remainder = urem i64 %n, %candidate
  %divides = icmp eq i64 %remainder, 0
  br i1 %divides, label %add, label %continue

add:
  %slot = getelementptr inbounds i64, ptr %elements, i64 %count
  store i64 %candidate, ptr %slot
  %count.added = add i64 %count, 1
  br label %continue

continue:
  %count.next = phi i64 [ %count, %try ], [ %count.added, %add ]
  %candidate.next = add i64 %candidate, 1
  %more = icmp ule i64 %candidate.next, %n
  br i1 %more, label %try, label %done

done:
  store i64 %count.next, ptr %list
  ret ptr %list
}

; The sum of a list's elements, of which there is at least one. Knows nothing of regions, and need not.
define internal i64 @sum(ptr %list) nounwind {
entry:
  %count = load i64, ptr %list
  %elements.field = getelementptr inbounds %divisors, ptr %list, i64 0, i32 1
  %elements = load ptr, ptr %elements.field
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %loop ]
  %total = phi i64 [ 0, %entry ], [ %total.next, %loop ]
  %slot = getelementptr inbounds i64, ptr %elements, i64 %i
  %element = load i64, ptr %slot
  %total.next = add i64 %total, %element
  %i.next = add i64 %i, 1
  %more = icmp ult i64 %i.next, %count
  br i1 %more, label %loop, label %exit

exit:
  ret i64 %total.next
}
