; The lines of the kernel survive lowering, and the verifier finds no broken debug information.
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower,verify' -S %s | FileCheck-22 %s
; RUN: opt-22 -load-pass-plugin=%plugin -passes='croft-lower<call>,verify' -S %s | FileCheck-22 %s --check-prefix=CALL

; CHECK: store volatile i64 1, ptr {{.*}}, !dbg [[STORE:![0-9]+]]
; CHECK: [[STORE]] = !DILocation(line: 4,
; CALL: call ptr @croft_rt_alloc({{.*}}){{.*}}, !dbg [[ALLOC:![0-9]+]]
; CALL: [[ALLOC]] = !DILocation(line: 3,
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @kernel() nounwind !dbg !4 {
  %region = call ptr @croft.push(), !dbg !6
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8), !dbg !7
  store volatile i64 1, ptr %object, !dbg !8
  call void @croft.pop(ptr %region), !dbg !9
  ret void, !dbg !9
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "kernel.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = !{i32 7, !"Dwarf Version", i32 5}
!4 = distinct !DISubprogram(name: "kernel", file: !1, line: 1, type: !5, unit: !0, spFlags: DISPFlagDefinition)
!5 = !DISubroutineType(types: !10)
!10 = !{null}
!6 = !DILocation(line: 2, column: 1, scope: !4)
!7 = !DILocation(line: 3, column: 1, scope: !4)
!8 = !DILocation(line: 4, column: 1, scope: !4)
!9 = !DILocation(line: 5, column: 1, scope: !4)
