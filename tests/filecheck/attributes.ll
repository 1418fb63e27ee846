; Lowered code keeps the kernel's attributes and takes none of the runtime's: no processor, no unwind table, no frame pointer.
; RUN: opt-22 -load-pass-plugin=%plugin -passes=croft-lower -S %s | FileCheck-22 %s

; CHECK: define void @kernel() [[KERNEL:#[0-9]+]]
; CHECK-NOT: target-cpu"="x86-64"
; CHECK-NOT: probe-stack
; CHECK: attributes [[KERNEL]] = { nounwind "target-cpu"="cortex-a9" }
; CHECK-NOT: llvm.module.flags
; CHECK-NOT: llvm.ident
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define void @kernel() nounwind "target-cpu"="cortex-a9" {
  %region = call ptr @croft.push()
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store volatile i64 1, ptr %object
  call void @croft.pop(ptr %region)
  ret void
}
