//! Refusals, looked at closely: what they leave as it was, and whom they tell.

use croft_runtime::abi::croft_set_exhaustion_handler;
use croft_runtime::exhaustion::Exhaustion;
use croft_runtime::pool::BlockPool;
use croft_runtime::region::Descriptor;

use super::super::static_pool::StaticPool;

/// Everything that an operation could change: the pool's memory, its state, a descriptor.
fn snapshot(pool: &StaticPool, region: *const Descriptor) -> [Vec<u8>; 3] {
    let bytes = |start: *const u8, length| {
        // SAFETY: zeroed or written memory of the pool, or a structure without padding.
        unsafe { std::slice::from_raw_parts(start, length) }.to_vec()
    };
    let state = croft_runtime::execution::current_pool();
    [
        bytes(pool.range().start as *const u8, pool.range().len()),
        bytes(state.cast(), size_of::<BlockPool>()),
        bytes(region.cast(), size_of::<Descriptor>()),
    ]
}

/// Makes a request of a region, and fails if a byte of pool or region is not what it was.
pub fn changes_nothing(pool: &StaticPool, region: *const Descriptor, request: impl FnOnce()) {
    let before = snapshot(pool, region);
    request();
    assert!(before == snapshot(pool, region), "a refusal changed something");
}

/// The pipe's end that the handler of a child writes to.
static mut TOLD: i32 = -1;

/// Reports to the parent, and comes back: the runtime then ends the process.
extern "C" fn tell(what: *const Exhaustion) {
    // SAFETY: the report is valid during the call; the child has one thread.
    unsafe {
        let size = &raw const (*what).size;
        libc::write(TOLD, size.cast(), size_of::<usize>());
    }
}

/// Makes a request in a child process, and fails if it comes back there, or if the handler is not told exactly once, of
/// that size.
pub fn is_told_once(size: usize, request: impl FnOnce()) {
    let mut pipe = [0; 2];
    // SAFETY: the child makes the request, which locks nothing, and system calls only.
    unsafe {
        assert_eq!(libc::pipe(pipe.as_mut_ptr()), 0);
        let child = libc::fork();
        assert!(child >= 0, "fork failed");
        if child == 0 {
            TOLD = pipe[1];
            croft_set_exhaustion_handler(Some(tell));
            request();
            libc::_exit(0);
        }
        libc::close(pipe[1]);
        let mut told = Vec::new();
        loop {
            let mut word = 0usize;
            match libc::read(pipe[0], (&raw mut word).cast(), size_of::<usize>()) {
                0 => break,
                length => assert_eq!(length as usize, size_of::<usize>()),
            }
            told.push(word);
        }
        libc::close(pipe[0]);
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &mut status, 0), child);
        assert!(
            libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGABRT,
            "a refused request came back"
        );
        assert_eq!(told, [size], "the handler is told once");
    }
}
