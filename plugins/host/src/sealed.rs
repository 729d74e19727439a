//! Memory that other processes may map: sealed for reading, or of a fixed size for output.
//!
//! A seal protects both sides. Nobody can change bytes that were checked, and nobody can cut a file
//! short that somebody else has mapped, which would end that process.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Deref;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::ptr::{self, NonNull};
use std::slice;

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// Bytes that nobody can change any more.
#[derive(Debug)]
pub(crate) struct Sealed {
    file: File,
    len: u64,
}

impl Sealed {
    /// Seals what `fill` writes. `name` is for people who look into `/proc`.
    pub(crate) fn new(
        name: &str,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut file = memory_file(name)?;
        fill(&mut file)?;
        let len = file.metadata()?.len();
        let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL;
        fcntl_add_seals(&file, seals)?;
        Ok(Self { file, len })
    }

    /// Takes what another process sealed.
    pub(crate) fn received(fd: OwnedFd) -> io::Result<Self> {
        let file = File::from(fd);
        let len = file.metadata()?.len();
        Ok(Self { file, len })
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Maps it for reading; nothing is copied.
    pub(crate) fn map(&self) -> io::Result<Mapping> {
        Mapping::new(self.file.as_fd(), self.len, ProtFlags::READ)
    }
}

impl AsFd for Sealed {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Room for numbers that another process writes. Its size is fixed.
#[derive(Debug)]
pub(crate) struct Output {
    file: File,
    n_values: usize,
}

impl Output {
    /// Room for so many numbers, all NaN until they are written.
    pub(crate) fn new(n_values: usize) -> io::Result<Self> {
        let len = n_values.checked_mul(size_of::<f64>()).ok_or(io::ErrorKind::OutOfMemory)?;
        // An empty file cannot be mapped.
        let file = fixed_size("surmise-output", len.max(1) as u64)?;
        const AT_ONCE: usize = 4096;
        let nan = f64::NAN.to_ne_bytes().repeat(n_values.min(AT_ONCE));
        for at in (0..len).step_by(AT_ONCE * size_of::<f64>()) {
            file.write_all_at(&nan[..nan.len().min(len - at)], at as u64)?;
        }
        Ok(Self { file, n_values })
    }

    pub(crate) fn n_bytes(&self) -> u64 {
        (self.n_values * size_of::<f64>()) as u64
    }

    /// A copy of what was written: whoever still can write cannot change the copy.
    pub(crate) fn to_vec(&self) -> io::Result<Vec<f64>> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(self.n_values * size_of::<f64>())?;
        let len = self.n_bytes();
        let mut read = 0;
        bytes.resize(self.n_values * size_of::<f64>(), 0);
        while read < len {
            match self.file.read_at(&mut bytes[read as usize..], read)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => read += n as u64,
            }
        }
        let (values, _) = bytes.as_chunks();
        Ok(values.iter().map(|value| f64::from_ne_bytes(*value)).collect())
    }
}

impl AsFd for Output {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// The numbers of another process's [`Output`], mapped for writing.
pub(crate) struct OutputMapping {
    mapping: Mapping,
    n_values: usize,
}

impl OutputMapping {
    pub(crate) fn new(fd: &OwnedFd, n_values: usize) -> io::Result<Self> {
        let len = n_values.checked_mul(size_of::<f64>()).ok_or(io::ErrorKind::OutOfMemory)?;
        if rustix::fs::fstat(fd)?.st_size < i64::try_from(len).map_err(io::Error::other)? {
            return Err(io::Error::other("the output is smaller than was said"));
        }
        let prot = ProtFlags::READ | ProtFlags::WRITE;
        Ok(Self { mapping: Mapping::new(fd.as_fd(), len.max(1) as u64, prot)?, n_values })
    }

    pub(crate) fn values(&mut self) -> &mut [f64] {
        // SAFETY: mapped for reading and writing, aligned to a page, of at least that many values;
        // the other process reads only once it was told that the writing is done.
        unsafe { slice::from_raw_parts_mut(self.mapping.start.as_ptr().cast(), self.n_values) }
    }
}

/// A mapped file.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the memory belongs to this value alone and is not bound to a thread.
unsafe impl Send for Mapping {}
// SAFETY: a shared mapping is only read.
unsafe impl Sync for Mapping {}

impl Mapping {
    fn new(fd: BorrowedFd<'_>, len: u64, prot: ProtFlags) -> io::Result<Self> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        if len == 0 {
            // Nothing cannot be mapped.
            return Ok(Self { start: NonNull::dangling(), len });
        }
        // SAFETY: a new mapping wherever the system likes. Its file is sealed against shrinking,
        // so every byte stays readable.
        let start = unsafe { mmap(ptr::null_mut(), len, prot, MapFlags::SHARED, fd, 0) };
        // Before Linux 6.7 a sealed file could not be mapped as shared, not even for reading.
        let start = match start {
            Err(rustix::io::Errno::PERM) if prot == ProtFlags::READ => {
                // SAFETY: as above.
                unsafe { mmap(ptr::null_mut(), len, prot, MapFlags::PRIVATE, fd, 0) }
            }
            start => start,
        };
        let start = NonNull::new(start?.cast()).ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { start, len })
    }
}

impl Deref for Mapping {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: mapped for reading for as long as `self`.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.len == 0 {
            return;
        }
        // SAFETY: mapped by `new`, and every borrow of it has ended. What cannot be unmapped stays.
        let _kept = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
    }
}

/// Memory that both sides may write, of a size that nobody can change.
pub(crate) fn fixed_size(name: &str, len: u64) -> io::Result<File> {
    let file = memory_file(name)?;
    file.set_len(len)?;
    fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(file)
}

fn memory_file(name: &str) -> io::Result<File> {
    Ok(memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?.into())
}

/// Copies a file of at most `limit` bytes into sealed memory.
pub(crate) fn seal_file(name: &str, file: File, limit: u64) -> io::Result<Sealed> {
    Sealed::new(name, |memory| io::copy(&mut file.take(limit), memory).map(drop))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn sealed_bytes_cannot_be_changed_by_any_way_in() {
        let sealed = Sealed::new("t", |file| file.write_all(b"bytes")).expect("sealed");
        assert_eq!(&*sealed.map().expect("mapped"), b"bytes");
        assert!(sealed.file.write_all_at(b"other", 0).is_err());
        assert!(sealed.file.set_len(1).is_err());
        let prot = ProtFlags::READ | ProtFlags::WRITE;
        assert!(Mapping::new(sealed.as_fd(), 5, prot).is_err());
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&sealed.file));
        if let Ok(again) = File::options().write(true).open(path) {
            assert!(again.write_all_at(b"other", 0).is_err());
        }
    }

    #[test]
    fn what_is_written_into_an_output_is_read_back() {
        let output = Output::new(3).expect("made");
        let fd = output.file.try_clone().expect("another descriptor").into();
        let mut mapping = OutputMapping::new(&fd, 3).expect("mapped");
        mapping.values().copy_from_slice(&[1.0, f64::NAN, -0.0]);
        let bits: Vec<u64> = output.to_vec().expect("read").into_iter().map(f64::to_bits).collect();
        assert_eq!(bits, [1.0, f64::NAN, -0.0].map(f64::to_bits));
        assert!(OutputMapping::new(&fd, 4).is_err());
        assert!(output.file.set_len(0).is_err());
        assert!(Output::new(0).expect("made").to_vec().expect("read").is_empty());
    }
}
