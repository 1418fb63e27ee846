; operator new with std::nothrow does not throw, and what it returns lives on
declare ptr @croft.push()
declare void @croft.pop(ptr)
declare ptr @_ZnwmRKSt9nothrow_t(i64, ptr)
@_ZSt7nothrow = external constant i8

define ptr @work() {
  %r = call ptr @croft.push()
  %p = call ptr @_ZnwmRKSt9nothrow_t(i64 8, ptr @_ZSt7nothrow)
  call void @croft.pop(ptr %r)
  ret ptr %p
}
