//! The cost contract of segmented arrays, counted as in `constant_time.rs`: an operation takes no more instructions however much
//! an array holds.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn instruction_counts() {
    println!("skipped: counting single-steps a process by ptrace, written for x86-64 Linux only");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod static_pool;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod stepper;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod counted {
    use croft_runtime::abi::{alloc, pop, push};
    use croft_runtime::layout::PAYLOAD;
    use croft_runtime::region::Descriptor;
    use croft_runtime::segmented::chunks::INLINE;
    use croft_runtime::segmented::entry::*;
    use croft_runtime::segmented::shape::{SEGMENTS, Shape};

    use super::static_pool::StaticPool;
    use super::stepper::count;

    // The most instructions, the return included. The table in docs/RUNTIME.md says them.
    const NEW: usize = 228;
    const APPEND: usize = 9;
    /// Into a chunk that a truncation left.
    const APPEND_ENTERS: usize = 78;
    /// Into a chunk that it takes.
    const APPEND_GROWS: usize = 178;
    /// With the page.
    const APPEND_PAGE: usize = 242;
    const AT: usize = 28;
    const CHUNK: usize = 32;
    const TRUNCATE: usize = 48;

    const POOL: usize = SEGMENTS + 10;
    const SIZE: usize = 24;

    type Array = croft_runtime::segmented::entry::Array;

    /// An array with so many elements, of which the last `forgotten` were truncated away again.
    fn array(size: usize, length: usize, forgotten: usize, free_list: bool) -> (*mut Descriptor, *mut Array) {
        // SAFETY: the pool is locked and large enough; the regions are open.
        unsafe {
            let region = push();
            if free_list {
                let other = push();
                for _ in 0..5 {
                    alloc(other, PAYLOAD, 8);
                }
                pop(other);
            }
            let array = croft_segmented_new(region, size, 8);
            for _ in 0..length {
                croft_segmented_append(region, array);
            }
            croft_segmented_truncate(array, length - forgotten);
            (region, array)
        }
    }

    /// The most instructions of an operation on arrays with these lengths.
    fn worst(
        name: &str,
        limit: usize,
        entry: usize,
        (size, lengths): (usize, &[usize]),
        operation: impl Fn(*mut Descriptor, *mut Array, usize),
    ) {
        for &length in lengths {
            for (forgotten, free_list) in [(0, false), (0, true), (1, false), (length, false)] {
                if forgotten > length {
                    continue;
                }
                let pool = StaticPool::new(POOL);
                let counted = count(
                    entry,
                    &[],
                    || array(size, length, forgotten, free_list),
                    |(region, array)| operation(region, array, length - forgotten),
                );
                let Some(counted) = counted else {
                    println!("skipped: this system forbids ptrace");
                    return;
                };
                // Nothing is left of the chunk.
                let limit = if forgotten == length && limit == APPEND {
                    APPEND_ENTERS
                } else {
                    limit
                };
                println!(
                    "{name:<20} {size:>6} bytes, {length:>8} less {forgotten:<8} {counted:>4} of {limit}"
                );
                // Limits of the build for one context of execution.
                let is_default = !cfg!(any(feature = "threads", feature = "critical-section"));
                assert!(
                    counted <= limit || !is_default,
                    "{name}, {length} elements of {size} bytes: {counted} instructions"
                );
                drop(pool);
            }
        }
    }

    /// Optimised code only: the limits are of what users link.
    #[test]
    #[allow(
        clippy::undocumented_unsafe_blocks,
        reason = "one reason holds for all operations, and stands in the function"
    )]
    fn no_operation_exceeds_its_limit() {
        if cfg!(debug_assertions) {
            println!("skipped: the limits are those of optimised code");
            return;
        }
        // SAFETY (all operations): the region is open in the child, where the operation is the last, and the array lies in it.
        let shape = Shape::of(SIZE, 8).unwrap();
        let pieces = shape.pieces as usize;
        let full = |chunk: usize| {
            let extent = shape.extent(chunk).unwrap();
            extent.start + extent.room
        };
        // Two places are left in the chunk.
        let inside: Vec<usize> = (0..pieces)
            .chain([pieces, pieces + 40])
            .filter(|chunk| shape.extent(*chunk).unwrap().room > 2)
            .map(|chunk| full(chunk) - 2)
            .collect();
        let at_end: Vec<usize> = [0].into_iter().chain((0..pieces + 3).map(full)).collect();
        let large = [INLINE - 1, INLINE + 1, SEGMENTS / 2, SEGMENTS - 1];
        let address = |function: *const ()| function as usize;
        for size in [1, SIZE, 100, PAYLOAD] {
            let entry = address(croft_segmented_new as *const ());
            worst("new", NEW, entry, (SIZE, &[0]), |region, _, _| unsafe {
                croft_segmented_new(region, size, 8);
            });
        }
        let entry = address(croft_segmented_append as *const ());
        let append = |region, array, _| unsafe {
            croft_segmented_append(region, array);
        };
        worst("append", APPEND, entry, (SIZE, &inside), append);
        worst("append, grows", APPEND_GROWS, entry, (SIZE, &at_end), append);
        worst("append, grows", APPEND_GROWS, entry, (PAYLOAD, &large), append);
        worst(
            "append, with page",
            APPEND_PAGE,
            entry,
            (PAYLOAD, &[INLINE]),
            append,
        );
        let entry = address(croft_segmented_try_append as *const ());
        worst(
            "try_append, with page",
            APPEND_PAGE,
            entry,
            (PAYLOAD, &[INLINE]),
            |region, array, _| unsafe {
                assert!(!croft_segmented_try_append(region, array).is_null());
            },
        );
        for (size, lengths) in [(SIZE, &inside[..]), (PAYLOAD, &large[..])] {
            let entry = address(croft_segmented_at as *const ());
            worst("at", AT, entry, (size, lengths), |_, array, length| unsafe {
                assert_eq!(
                    croft_segmented_at(array, length.wrapping_sub(1)).is_null(),
                    length == 0
                );
            });
            let entry = address(croft_segmented_chunk as *const ());
            worst(
                "chunk",
                CHUNK,
                entry,
                (size, lengths),
                |_, array, length| unsafe {
                    let shape = Shape::of(size, 8).unwrap();
                    let last = shape.chunk_of(length.wrapping_sub(1).min(length));
                    assert_eq!(croft_segmented_chunk(array, last, &mut 0).is_null(), length == 0);
                },
            );
            let entry = address(croft_segmented_truncate as *const ());
            worst(
                "truncate",
                TRUNCATE,
                entry,
                (size, lengths),
                |_, array, length| unsafe {
                    croft_segmented_truncate(array, length.saturating_sub(1));
                },
            );
        }
    }
}
