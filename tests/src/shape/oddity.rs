//! What LLVM allows and hardly anybody writes.

use super::{around, module};

/// A branch to an address.
pub fn indirect_branch() -> String {
    around(
        "  %t = alloca [2 x ptr]\n  store ptr blockaddress(@f, %a), ptr %t\n  %x = load ptr, ptr %t\n  indirectbr ptr %x, [label %a, label %b, label %a]\n\
         a:\n  store i64 1, ptr %p\n  br label %b\nb:\n",
    )
}

/// A branch out of assembly.
pub fn assembly_branch() -> String {
    around(
        "  callbr void asm sideeffect \"\", \"r,!i\"(i64 1) to label %a [label %b]\na:\n  store i64 1, ptr %p\n  br label %b\nb:\n",
    )
}

/// Instructions that are their own operands, as only code that is never reached has them.
pub fn own_operands() -> String {
    around(
        "  br label %end\nnever:\n  %x = xor i1 %x, true\n  %y = icmp eq i1 %y, false\n  %s = select i1 %s, i1 %s, i1 false\n  br i1 %x, label %never, label %again\n\
         again:\n  br i1 %y, label %never, label %third\nthird:\n  br i1 %s, label %never, label %end\nend:\n",
    )
}

/// Operations on what is no region.
pub fn strange_handles() -> String {
    module(
        "@g = global ptr null\n\
         define void @a() {\n  call void @croft.pop(ptr null)\n  ret void\n}\n\
         define void @b() {\n  call void @croft.pop(ptr undef)\n  ret void\n}\n\
         define void @c() {\n  call void @croft.pop(ptr poison)\n  ret void\n}\n\
         define void @d() {\n  call void @croft.pop(ptr @g)\n  ret void\n}\n\
         define void @e() {\n  call void @croft.pop(ptr inttoptr (i64 64 to ptr))\n  ret void\n}\n\
         define void @f() {\n  call void @croft.pop(ptr @f)\n  ret void\n}\n\
         define ptr @h() {\n  %p = call ptr @croft.alloc(ptr null, i64 -1, i64 0)\n  ret ptr %p\n}\n\
         define void @i(ptr %r) {\n  call void @croft.pop(ptr %r)\n  call void @croft.pop(ptr %r)\n  call void @croft.pop(ptr %r)\n  ret void\n}\n",
    )
}

/// Symbols that are no functions, and functions that may not be theirs.
pub fn aliases() -> String {
    let text = around(
        "  call void @alias(ptr %p)\n  call void @weak(ptr %p)\n  call void @chain(ptr %p)\n  call void @ifunc(ptr %p)\n",
    );
    format!(
        "{text}@alias = alias void (ptr), ptr @target\n@chain = alias void (ptr), ptr @alias\n@ifunc = ifunc void (ptr), ptr @resolve\n\
         define void @target(ptr %p) nounwind {{\n  store i64 1, ptr %p\n  ret void\n}}\n\
         define weak void @weak(ptr %p) {{\n  ret void\n}}\n\
         define available_externally void @available(ptr %p) {{\n  ret void\n}}\n\
         define internal ptr @resolve() {{\n  ret ptr @target\n}}\n\
         @tls = thread_local global ptr null\n@common = common global i64 0\n@extern = extern_weak global i64\n\
         @llvm.used = appending global [1 x ptr] [ptr @target], section \"llvm.metadata\"\n\
         @llvm.global_ctors = appending global [1 x {{ i32, ptr, ptr }}] [{{ i32, ptr, ptr }} {{ i32 65535, ptr @f, ptr null }}]\n"
    )
}

/// Vectors, address spaces, wide integers, exceptions of Windows: what clang makes of no C.
pub fn strange_instructions() -> String {
    let text = around(
        "  %v = insertelement <4 x ptr> poison, ptr %p, i32 1\n  %w = shufflevector <4 x ptr> %v, <4 x ptr> %v, <4 x i32> <i32 1, i32 1, i32 5, i32 0>\n  \
         %g = getelementptr i8, <4 x ptr> %w, <4 x i64> <i64 0, i64 1, i64 2, i64 3>\n  %e = extractelement <4 x ptr> %g, i32 0\n  store i8 1, ptr %e\n  \
         %s = insertvalue { ptr, { ptr, i64 } } poison, ptr %p, 1, 0\n  %t = extractvalue { ptr, { ptr, i64 } } %s, 1, 0\n  %u = freeze ptr %t\n  store i64 1, ptr %u\n  \
         %c = cmpxchg ptr %p, ptr null, ptr %p seq_cst acquire\n  %x = atomicrmw xchg ptr %p, ptr %p monotonic\n  %d = atomicrmw fadd ptr %p, double 1.0 monotonic\n  \
         %a = addrspacecast ptr %p to ptr addrspace(1)\n  %b = addrspacecast ptr addrspace(1) %a to ptr\n  store i64 2, ptr %b\n  fence seq_cst\n  \
         %n = load i65536, ptr %p\n  %m = add i65536 %n, 1\n  store i65536 %m, ptr %p\n  %q = load <vscale x 2 x ptr>, ptr %p\n  store <vscale x 2 x ptr> %q, ptr %p\n  \
         call void (ptr, ...) @variadic(ptr %p, i64 1, ptr %p)\n  call void @tail(ptr %p)\n",
    );
    format!(
        "{text}declare void @variadic(ptr, ...) nounwind memory(none)\n\
         define void @tail(ptr byval([4 x i64]) align 8 %p) nounwind {{\n  musttail call void @tail(ptr byval([4 x i64]) align 8 %p)\n  ret void\n}}\n\
         define fastcc void @token() convergent {{\n  %t = call token @llvm.experimental.convergence.anchor()\n  ret void\n}}\ndeclare token @llvm.experimental.convergence.anchor()\n\
         define void @seh() personality ptr @__CxxFrameHandler3 {{\n  invoke void @may() to label %a unwind label %s\na:\n  ret void\ns:\n  %c = catchswitch within none [label %h] unwind to caller\nh:\n  %p = catchpad within %c [ptr null, i32 64, ptr null]\n  catchret from %p to label %a\n}}\n\
         declare void @may()\ndeclare i32 @__CxxFrameHandler3(...)\n"
    )
}

/// Functions whose names are no identifiers.
pub fn strange_names() -> String {
    around("  call void @\"\\01\\FF\\7F{}\\22\"(ptr %p)\n  call void @\"ünïcödé\"(ptr %p)\n")
        + "define void @\"\\01\\FF\\7F{}\\22\"(ptr %p) nounwind {\n  store i64 1, ptr %p\n  ret void\n}\ndefine void @\"ünïcödé\"(ptr %p) nounwind {\n  store i64 1, ptr %p\n  ret void\n}\n"
}
