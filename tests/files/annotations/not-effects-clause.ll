; every clause of the grammar, read and believed

declare void @a(ptr) nounwind "croft.effects"="get(arg0); nounwind"
declare ptr @b(ptr, ptr) nounwind "croft.effects"="put(arg0); return(in(arg0), arg1); store(arg1 -> in(arg0)); nounwind"
declare void @c(ptr) nounwind "croft.effects"="reset(arg0); nounwind"
declare ptr @d() nounwind "croft.effects"="open(return, bounded); nounwind"
declare void @e(ptr) nounwind "croft.effects"="put(arg0, many); bounded(arg0); nounwind"
declare void @f(ptr) nounwind "croft.effects"="drop(arg0); nounwind"
declare void @g(ptr, ptr) nounwind "croft.effects"=" get( args ) ;store(*arg0 -> *arg1); nounwind; "
declare i64 @h(i64) nounwind "croft.effects"="pure"

define void @main() nounwind {
  %r = call ptr @d()
  %p = call ptr @b(ptr %r, ptr %r)
  call void @a(ptr %p)
  call void @g(ptr %p, ptr %p)
  call void @c(ptr %r)
  call void @e(ptr %r)
  %n = call i64 @h(i64 1)
  call void @f(ptr %r)
  ret void
}
