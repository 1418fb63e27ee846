; calls marked `tail`, `musttail` and `returned` that get a region: the descriptor has to be where they can reach it
target triple = "x86_64-pc-linux-gnu"

@format = private constant [4 x i8] c"%d\0A\00"
declare i32 @printf(ptr, ...) nounwind
declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare ptr @croft.alloc(ptr, i64, i64) nounwind

define internal i32 @fill(ptr %r, i32 %n) noinline nounwind {
  %p = tail call ptr @croft.alloc(ptr %r, i64 64, i64 8)
  store i32 %n, ptr %p
  %v = load i32, ptr %p
  ret i32 %v
}

; The frame of a caller may not be touched by a `tail` call: the marker has to go with the handle.
define internal i32 @twice(i32 %n) noinline nounwind {
  %r = tail call ptr @croft.push()
  %a = tail call i32 @fill(ptr %r, i32 %n)
  %b = tail call i32 @fill(ptr %r, i32 %n)
  tail call void @croft.pop(ptr %r)
  %sum = add i32 %a, %b
  ret i32 %sum
}

; A `musttail` call gives up the frame: the callee ends the region.
define internal i32 @hand_on(ptr %unused) noinline nounwind {
  %r = call ptr @croft.push()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  %v = musttail call i32 @finish(ptr %r)
  ret i32 %v
}
define internal i32 @finish(ptr %r) noinline nounwind {
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i32 3, ptr %p
  %v = load i32, ptr %p
  call void @croft.pop(ptr %r)
  ret i32 %v
}

; A handle that goes out through an identity.
define internal ptr @same(ptr returned %r) noinline nounwind {
  ret ptr %r
}
define internal ptr @open() noinline nounwind {
  %r = call ptr @croft.push()
  %x = call ptr @same(ptr %r)
  ret ptr %x
}

define i32 @main() nounwind {
  %a = call i32 @twice(i32 21)
  %first = call i32 (ptr, ...) @printf(ptr @format, i32 %a)
  %b = call i32 @hand_on(ptr null)
  %second = call i32 (ptr, ...) @printf(ptr @format, i32 %b)
  %r = call ptr @open()
  %p = call ptr @croft.alloc(ptr %r, i64 8, i64 8)
  store i32 7, ptr %p
  %c = load i32, ptr %p
  call void @croft.pop(ptr %r)
  %third = call i32 (ptr, ...) @printf(ptr @format, i32 %c)
  ret i32 0
}
