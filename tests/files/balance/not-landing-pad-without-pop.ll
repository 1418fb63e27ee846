; a cleanup ends the regions that are open, innermost first; a handler catches and goes on

declare ptr @croft.push() nounwind
declare void @croft.pop(ptr) nounwind
declare void @other() "croft.effects"=""
declare i32 @__gxx_personality_v0(...)
declare ptr @__cxa_begin_catch(ptr) nounwind "croft.effects"="nounwind"
declare void @__cxa_end_catch() nounwind "croft.effects"="nounwind"

define void @main() personality ptr @__gxx_personality_v0 {
entry:
  %r = call ptr @croft.push()
  invoke void @other() to label %inner unwind label %pad
inner:
  %s = call ptr @croft.push()
  invoke void @other() to label %ok unwind label %pad2
ok:
  call void @croft.pop(ptr %s)
  call void @croft.pop(ptr %r)
  ret void
pad2:
  %lp2 = landingpad { ptr, i32 } cleanup
  call void @croft.pop(ptr %s)
  br label %up
pad:
  %lp1 = landingpad { ptr, i32 } cleanup
  br label %up
up:
  %lp = phi { ptr, i32 } [ %lp1, %pad ], [ %lp2, %pad2 ]
  call void @croft.pop(ptr %r)
  resume { ptr, i32 } %lp
}

define void @catches() personality ptr @__gxx_personality_v0 {
entry:
  %r = call ptr @croft.push()
  invoke void @other() to label %out unwind label %pad
pad:
  %lp = landingpad { ptr, i32 } catch ptr null
  %e = extractvalue { ptr, i32 } %lp, 0
  %c = call ptr @__cxa_begin_catch(ptr %e)
  call void @__cxa_end_catch()
  br label %out
out:
  call void @croft.pop(ptr %r)
  ret void
}
