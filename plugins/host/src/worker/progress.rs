//! Which job of a request a worker is at, told without a message: nobody has to wake up for it,
//! and it is still there when the worker is gone.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;

use crate::sealed::fixed_size;

/// One number that both sides can read and write.
#[derive(Debug)]
pub(crate) struct Progress(File);

impl Progress {
    pub(crate) fn new() -> io::Result<Self> {
        fixed_size("surmise-progress", size_of::<u32>() as u64).map(Self)
    }

    /// Takes what the other side made.
    pub(crate) fn received(fd: OwnedFd) -> Self {
        Self(File::from(fd))
    }

    pub(crate) fn set(&self, at: u32) -> io::Result<()> {
        self.0.write_all_at(&at.to_ne_bytes(), 0)
    }

    /// What the plugin's code may have written, too.
    pub(crate) fn get(&self) -> io::Result<u32> {
        let mut bytes = [0; size_of::<u32>()];
        self.0.read_exact_at(&mut bytes, 0)?;
        Ok(u32::from_ne_bytes(bytes))
    }
}

impl AsFd for Progress {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
