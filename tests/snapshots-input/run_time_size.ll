; An array whose length is known at run time only: the multiplication is checked.

declare ptr @croft.alloc.array(ptr, i64, i64, i64) nounwind

define ptr @kernel(ptr %region, i64 %count) nounwind {
  %array = call ptr @croft.alloc.array(ptr %region, i64 %count, i64 8, i64 8)
  ret ptr %array
}
