; Without debug information a place is a function.
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @croft.alloc(ptr, i64, i64)

define ptr @make(ptr %region) noinline {
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 1, ptr %object
  ret ptr %object
}

define i32 @main() {
  %region = call ptr @croft.push()
  %object = call ptr @make(ptr %region)
  call void @croft.pop(ptr %region)
  %value = load i32, ptr %object
  ret i32 %value
}
;> croft: misuse: read of 4 bytes in memory of a region that has ended
;>   at        in main
;>   opened at in main
;>   ended at  in main
