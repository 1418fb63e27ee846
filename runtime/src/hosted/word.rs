//! Values of eight bytes that are written by one store, however many fields they have.
//!
//! An operation on a context is a handful of loads and stores; the processor retires few stores at a time, and the compiler
//! writes a structure field by field.

/// A value of eight bytes.
///
/// # Safety
///
/// 1. The type has no padding.
pub(super) unsafe trait Word: Copy {
    /// Replaces the value, by one store.
    #[inline(always)]
    fn put(&mut self, value: Self) {
        const { assert!(size_of::<Self>() == 8 && align_of::<Self>() == 8) };
        // SAFETY: eight initialised bytes (obligation 1), of which the type's own value is read again.
        unsafe {
            let bits: u64 = core::mem::transmute_copy(&value);
            (&raw mut *self).cast::<u64>().write(bits);
        }
    }
}
