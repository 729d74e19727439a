//! Memory that is watched by the processor: writing to it, or reading beyond it, is a crash.

use std::ffi::c_void;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

/// Some values in pages of their own, before a page that nobody may touch.
pub(super) struct Pages {
    start: *mut c_void,
    bytes: usize,
    values: *const u8,
}

impl Pages {
    /// Copies the values; read-only if `protect`, and ending where the untouchable page begins if
    /// `guard`.
    pub(super) fn new<T: Copy>(values: &[T], protect: bool, guard: bool) -> Result<Self, String> {
        let told = |e| format!("no memory for the data: {e}");
        let page = rustix::param::page_size();
        let n_bytes = size_of_val(values);
        let room = n_bytes.div_ceil(page).max(1) * page;
        let bytes = room + page;
        let (access, private) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
        // SAFETY: a new mapping at an address of the system's choice.
        let start = unsafe { mmap_anonymous(std::ptr::null_mut(), bytes, access, private) };
        let start = start.map_err(told)?;
        let pages = Self {
            start,
            bytes,
            values: start.wrapping_byte_add(place(room, n_bytes, guard)).cast(),
        };
        // SAFETY: `values` lies within the mapping with room for as many bytes, aligned because
        // the room is a multiple of any alignment and the size of `T` one of its own.
        unsafe {
            let to = pages.values.cast_mut();
            std::ptr::copy_nonoverlapping(values.as_ptr().cast::<u8>(), to, n_bytes);
        }
        let allowed =
            if protect { MprotectFlags::READ } else { MprotectFlags::READ | MprotectFlags::WRITE };
        // SAFETY: both ranges are whole pages of this mapping, to which no reference is held.
        unsafe {
            mprotect(start, room, allowed).map_err(told)?;
            if guard {
                mprotect(start.wrapping_byte_add(room), page, MprotectFlags::empty())
                    .map_err(told)?;
            }
        }
        Ok(pages)
    }

    pub(super) fn as_ptr(&self) -> *const u8 {
        self.values
    }
}

/// Where the values begin.
fn place(room: usize, n_bytes: usize, guard: bool) -> usize {
    if guard { room - n_bytes } else { 0 }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: mapped in `new` and nowhere else; whoever was lent the values has returned. A
        // failure would leave the pages where they are.
        let _ = unsafe { munmap(self.start, self.bytes) };
    }
}
