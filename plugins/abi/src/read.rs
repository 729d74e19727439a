//! Reading a struct that the other side made.

use core::mem::{MaybeUninit, align_of, size_of};

use crate::{
    Dataset, FitOptions, Gradient, GradientLayout, GradientPass, GradientShape, Host, Importance,
    Model, Plugin, Reader, Report, Writer,
};

/// No struct is larger: a greater `struct_size` is garbage.
pub const STRUCT_BYTES_MAX: u64 = 64 * 1024;

/// A struct that may grow at its end.
///
/// # Safety
/// `repr(C)`, begins with `struct_size: u64`, is aligned to 8 bytes, has no padding, and all bytes
/// zero is a valid value.
pub unsafe trait Growing: Copy {
    /// Its size in version 1.0, below which a `struct_size` is an error.
    const BYTES_MIN: u64;
}

macro_rules! growing {
    ($($name:ident: $bytes:literal),+ $(,)?) => {$(
        // SAFETY: `repr(C)`, `struct_size` first, all fields integers, raw pointers or optional
        // function pointers; the layout test holds size and offsets.
        unsafe impl Growing for $name {
            const BYTES_MIN: u64 = $bytes;
        }
    )+};
}
growing! {
    Plugin: 48, Model: 80, Host: 64, Dataset: 216,
    FitOptions: 40, Report: 48, Writer: 24, Reader: 24,
    Gradient: 40, GradientShape: 40, GradientLayout: 56, GradientPass: 24, Importance: 16,
}

/// Why a struct could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// The pointer is null.
    Null,
    /// The pointer is not aligned.
    Misaligned,
    /// `struct_size` is smaller than version 1.0 has it, or absurdly large.
    Size(u64),
}

impl core::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Null => f.write_str("a null pointer"),
            Self::Misaligned => f.write_str("a misaligned pointer"),
            Self::Size(size) => write!(f, "a struct_size of {size} bytes"),
        }
    }
}

impl core::error::Error for Unreadable {}

/// Copies the fields that both sides know; fields that the maker does not know are zero.
///
/// # Errors
/// [`Unreadable`] for a null or misaligned pointer and for an impossible `struct_size`.
///
/// # Safety
/// A non-null, aligned `ptr` must point at a readable `u64`, and, where that is a possible size,
/// at as many readable bytes, unchanged during the call.
pub unsafe fn prefix<T: Growing>(ptr: *const T) -> Result<T, Unreadable> {
    if ptr.is_null() {
        return Err(Unreadable::Null);
    }
    if !ptr.addr().is_multiple_of(align_of::<T>()) {
        return Err(Unreadable::Misaligned);
    }
    // SAFETY: non-null, aligned, and the caller vouches for a readable `u64`.
    let struct_size = unsafe { ptr.cast::<u64>().read() };
    if struct_size < T::BYTES_MIN || struct_size > STRUCT_BYTES_MAX {
        return Err(Unreadable::Size(struct_size));
    }
    let mut value = MaybeUninit::<T>::zeroed();
    let bytes = (struct_size as usize).min(size_of::<T>());
    // SAFETY: `bytes` is at most the maker's size, which the caller vouches for, and at most ours;
    // the local does not overlap. Zero in the remaining bytes is valid by `Growing`'s contract,
    // and the copied ones were written as the same C types.
    unsafe {
        core::ptr::copy_nonoverlapping(ptr.cast::<u8>(), value.as_mut_ptr().cast(), bytes);
        Ok(value.assume_init())
    }
}

/// Fills a struct that the other side made room for, but for its `struct_size`: the fields that
/// both sides know.
///
/// # Errors
/// [`Unreadable`] for a null or misaligned pointer and for an impossible `struct_size`; then
/// nothing is written.
///
/// # Safety
/// As for [`prefix`], and the bytes must be writable and used by nobody else during the call.
pub unsafe fn fill<T: Growing>(ptr: *mut T, value: &T) -> Result<(), Unreadable> {
    const SIZE_BYTES: usize = size_of::<u64>();
    // SAFETY: passed on; what is read is checked and then forgotten but for its beginning.
    unsafe { prefix(ptr.cast_const()) }?;
    // SAFETY: non-null, aligned, as just found.
    let struct_size = unsafe { ptr.cast::<u64>().read() };
    let bytes = (struct_size as usize).min(size_of::<T>()) - SIZE_BYTES;
    // SAFETY: at most the maker's size, which the caller vouches for, and at most ours, both at
    // least that of version 1.0; a reference overlaps nothing that is written.
    unsafe {
        let from = core::ptr::from_ref(value).cast::<u8>().add(SIZE_BYTES);
        core::ptr::copy_nonoverlapping(from, ptr.cast::<u8>().add(SIZE_BYTES), bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(struct_size: u64) -> Writer {
        Writer { struct_size, ctx: core::ptr::null_mut(), write: None }
    }

    #[test]
    fn refuses_null_misaligned_and_impossible_sizes() {
        // SAFETY: the function promises to look at nothing behind a null or misaligned pointer.
        unsafe {
            assert_eq!(prefix::<Writer>(core::ptr::null()).err(), Some(Unreadable::Null));
            let odd = core::ptr::without_provenance::<Writer>(4097);
            assert_eq!(prefix(odd).err(), Some(Unreadable::Misaligned));
        }
        for size in [0, 8, 23, STRUCT_BYTES_MAX + 1, 1 << 63] {
            // SAFETY: a readable struct; the size is refused before it is used.
            let read = unsafe { prefix(&writer(size)) };
            assert_eq!(read.err(), Some(Unreadable::Size(size)));
        }
    }

    #[test]
    fn fills_only_what_there_is_room_for() {
        let mut place = [writer(24), writer(5)];
        let value = Writer { ctx: core::ptr::without_provenance_mut(7), ..writer(99) };
        // SAFETY: room for one writer, as `struct_size` says.
        unsafe { fill(&raw mut place[0], &value) }.expect("writable");
        assert_eq!((place[0].struct_size, place[0].ctx.addr()), (24, 7));
        assert_eq!(place[1].struct_size, 5);
        // SAFETY: refused by its size.
        assert_eq!(unsafe { fill(&raw mut place[1], &value) }, Err(Unreadable::Size(5)));
        assert!(place[1].ctx.is_null());
    }

    #[test]
    fn ignores_fields_of_a_newer_minor() {
        #[repr(C)]
        struct Newer {
            base: Writer,
            more: u64,
        }
        let newer = Newer { base: writer(32), more: 7 };
        // SAFETY: 32 readable bytes, as `struct_size` says.
        let read = unsafe { prefix((&raw const newer).cast::<Writer>()) }.expect("readable");
        assert_eq!((read.struct_size, newer.more), (32, 7));
    }
}
