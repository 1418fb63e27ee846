//! Cleanups in the safe API: closures and destructors that a region runs when it ends or is reset.
//!
//! What a region is given to keep must outlive its pool's borrow, since nothing shorter is known to be alive when the region
//! ends: in particular a cleanup cannot refer to objects of its own region, nor use the region. A region that is forgotten
//! (`mem::forget`) runs nothing. A cleanup that panics ends the program.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::{self, ManuallyDrop};
use core::ptr::{self, NonNull};

use crate::cleanup::{Function, Registration, enlist, run, unlist};
use crate::exhaustion::{Exhaustion, exhausted};
use crate::region::Descriptor;
use crate::scope::Region;

/// What a region keeps: the registration in front.
#[repr(C)]
struct Kept<T> {
    registration: Registration,
    value: ManuallyDrop<T>,
}

/// A cleanup that was registered, and can be run early or cancelled as long as its region is neither reset nor ended.
/// Dropping this does neither: the cleanup stays registered.
#[must_use = "dropping it changes nothing: the cleanup runs when the region ends"]
pub struct Cleanup<'r, F> {
    kept: NonNull<Kept<F>>,
    region: PhantomData<&'r ()>,
}

impl<F> Cleanup<'_, F> {
    /// Runs the closure now. O(1), and what it takes.
    pub fn run(self) {
        // SAFETY: the region is borrowed, so it is open and was not reset; nobody else has this registration, so it
        // is on the list.
        unsafe { run(&raw mut (*self.kept.as_ptr()).registration) }
    }

    /// Drops the closure without calling it. O(1).
    pub fn cancel(self) {
        // SAFETY: as in `run`; the closure is taken once, as it left the list here.
        unsafe {
            let kept = self.kept.as_ptr();
            if unlist(&raw mut (*kept).registration) {
                ManuallyDrop::drop(&mut (*kept).value);
            }
        }
    }
}

/// # Safety
///
/// 1. `value` points to a closure that nobody else uses from here on.
unsafe extern "C" fn call<F: FnOnce()>(value: *mut u8) {
    // SAFETY: obligation 1.
    let closure = unsafe { value.cast::<F>().read() };
    closure();
}

/// # Safety
///
/// 1. `value` points to a `T` that nobody else uses from here on.
unsafe extern "C" fn destroy<T>(value: *mut u8) {
    // SAFETY: obligation 1.
    unsafe { ptr::drop_in_place(value.cast::<T>()) }
}

impl<'p> Region<'p> {
    /// Registers a closure, which runs when the region ends or is reset: the newest first, each once. O(1).
    ///
    /// ```
    /// # use core::cell::Cell;
    /// # use croft_runtime::scope::{Blocks, Pool};
    /// # let mut blocks = Blocks::<1>::uninit();
    /// let count = Cell::new(0);
    /// let pool = Pool::new(blocks.bytes()).unwrap();
    /// {
    ///     let region = pool.region();
    ///     let _ = region.cleanup(|| count.set(count.get() * 10));
    ///     let _ = region.cleanup(|| count.set(4));
    ///     let early = region.cleanup(|| count.set(1));
    ///     early.run();
    ///     assert_eq!(count.get(), 1);
    /// }
    /// assert_eq!(count.get(), 40);
    /// ```
    ///
    /// What it refers to must outlive the region, so objects of the region itself will not do:
    ///
    /// ```compile_fail
    /// # use croft_runtime::scope::{Blocks, Pool};
    /// # let mut blocks = Blocks::<1>::uninit();
    /// # let pool = Pool::new(blocks.bytes()).unwrap();
    /// let region = pool.region();
    /// let object = region.alloc(1);
    /// let _ = region.cleanup(|| *object += 1);
    /// ```
    /// ```compile_fail,E0597
    /// # use croft_runtime::scope::{Blocks, Pool};
    /// # let mut blocks = Blocks::<1>::uninit();
    /// # let pool = Pool::new(blocks.bytes()).unwrap();
    /// let region = pool.region();
    /// {
    ///     let shorter = core::cell::Cell::new(0);
    ///     let _ = region.cleanup(|| shorter.set(1));
    /// }
    /// ```
    pub fn cleanup<F: FnOnce() + 'p>(&self, closure: F) -> Cleanup<'_, F> {
        match self.try_cleanup(closure) {
            Ok(cleanup) => cleanup,
            Err((_, what)) => exhausted(&what),
        }
    }

    /// As [`cleanup`](Self::cleanup).
    ///
    /// # Errors
    ///
    /// The closure back and the reason, on exhaustion; nothing has changed then.
    pub fn try_cleanup<F: FnOnce() + 'p>(&self, closure: F) -> Result<Cleanup<'_, F>, (F, Exhaustion)> {
        let kept = self.keep(closure, call::<F>)?;
        Ok(Cleanup {
            kept,
            region: PhantomData,
        })
    }

    /// Moves `value` into the region, which drops it when it ends or is reset. O(1).
    ///
    /// ```
    /// # use croft_runtime::scope::{Blocks, Pool};
    /// # let mut blocks = Blocks::<1>::uninit();
    /// # let pool = Pool::new(blocks.bytes()).unwrap();
    /// let region = pool.region();
    /// let names = region.alloc_dropped(vec!["a".to_string()]);
    /// names.push("b".to_string());
    /// drop(region); // frees the vector and both strings
    /// ```
    #[allow(
        clippy::mut_from_ref,
        reason = "every call returns memory of its own, disjoint from all other objects"
    )]
    pub fn alloc_dropped<T: 'p>(&self, value: T) -> &mut T {
        match self.try_alloc_dropped(value) {
            Ok(value) => value,
            Err((_, what)) => exhausted(&what),
        }
    }

    /// As [`alloc_dropped`](Self::alloc_dropped).
    ///
    /// # Errors
    ///
    /// The value back and the reason, on exhaustion; nothing has changed then.
    #[allow(
        clippy::mut_from_ref,
        reason = "every call returns memory of its own, disjoint from all other objects"
    )]
    pub fn try_alloc_dropped<T: 'p>(&self, value: T) -> Result<&mut T, (T, Exhaustion)> {
        if !mem::needs_drop::<T>() {
            return self.try_alloc(value);
        }
        let kept = self.keep(value, destroy::<T>)?;
        // SAFETY: fresh memory, borrowed from the region; the region drops the value when that borrow has ended.
        Ok(unsafe { &mut *(&raw mut (*kept.as_ptr()).value).cast::<T>() })
    }

    /// Keeps a value and registers `function` for it.
    fn keep<T>(&self, value: T, function: Function) -> Result<NonNull<Kept<T>>, (T, Exhaustion)> {
        let memory = match self.try_alloc_layout(Layout::new::<Kept<T>>()) {
            Ok(memory) => memory.cast::<Kept<T>>(),
            Err(what) => return Err((value, what)),
        };
        let kept = memory.as_ptr();
        // SAFETY: fresh memory of the region, which owns memory now; nothing else uses its descriptor during the call.
        unsafe {
            let place = &raw mut (*kept).value;
            place.write(ManuallyDrop::new(value));
            let Descriptor { limit, oldest, .. } = *self.state();
            enlist(
                self.pool(),
                oldest,
                limit,
                &raw mut (*kept).registration,
                place.cast(),
                function,
            );
        }
        Ok(memory)
    }
}
