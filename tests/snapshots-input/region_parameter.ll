; A region parameter is the descriptor's address; the callee allocates through it.

declare ptr @croft.alloc(ptr, i64, i64) nounwind

define ptr @kernel(ptr %region, i64 %value) nounwind {
  %object = call ptr @croft.alloc(ptr %region, i64 8, i64 8)
  store i64 %value, ptr %object
  ret ptr %object
}
