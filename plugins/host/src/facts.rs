//! What can be told of a plugin's file without running any of its code: its hash, its note, and
//! what its ELF headers say.

mod elf;
mod linkage;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use elf::Elf;
pub use linkage::is_everywhere;

use crate::meta::{self, Meta};
use crate::{Error, Result, binary};

const FILE_BYTES_MAX: u64 = 1 << 30;

/// Facts about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Why it cannot be a plugin for this machine, if so.
    pub problem: Option<String>,
    /// Why it is not loaded although it could be, if so, each with what mends it.
    pub refusals: Vec<String>,
    /// The note that its maker left in it.
    pub note: Option<Meta>,
    /// What its headers say, if it is a 64-bit ELF file.
    pub elf: Option<Elf>,
}

impl Facts {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Load`] if it cannot be read, is no regular file, or has more than 1 GiB.
    pub fn read(path: &Path) -> Result<Self> {
        let told = |problem: &dyn std::fmt::Display| {
            Error::load(path, format!("cannot be read: {problem}"))
        };
        // Before opening: opening a pipe would wait for a writer.
        if !fs::metadata(path).map_err(|e| told(&e))?.is_file() {
            return Err(Error::load(path, "not a regular file"));
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|e| told(&e))?;
        file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|e| told(&e))?;
        if FILE_BYTES_MAX < bytes.len() as u64 {
            return Err(Error::load(path, format!("larger than {FILE_BYTES_MAX} bytes")));
        }
        Ok(Self::of(&bytes))
    }

    /// Tells of the bytes of a file.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let elf = Elf::read(bytes);
        Self {
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
            problem: binary::check_elf(bytes)
                .and(elf.as_ref().map(drop).map_err(Clone::clone))
                .err(),
            refusals: elf.as_ref().map(linkage::refusals).unwrap_or_default(),
            note: meta::read(bytes),
            elf: elf.ok(),
        }
    }

    /// Why it cannot be or is not loaded, if so, in a line.
    #[must_use]
    pub fn obstacle(&self) -> Option<String> {
        let refused = (!self.refusals.is_empty()).then(|| self.refusals.join("; "));
        self.problem.clone().or(refused)
    }
}

/// The headers of a library that may be loaded, or all that keeps it from being loaded.
pub(crate) fn admit(bytes: &[u8]) -> Result<Elf, String> {
    let elf = Elf::read(bytes)?;
    let refusals = linkage::refusals(&elf);
    if refusals.is_empty() { Ok(elf) } else { Err(refusals.join("; ")) }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_told() {
        let path = std::env::current_exe().expect("a path");
        let facts = Facts::read(&path).expect("readable");
        assert_eq!((facts.problem, facts.note, facts.sha256.len()), (None, None, 64));
        let elf = facts.elf.expect("an ELF file");
        assert_eq!(elf.machine, std::env::consts::ARCH);
        assert!(elf.shared && elf.unwind_tables && !elf.executable_stack, "{elf:?}");
        assert!(elf.needed.iter().any(|name| name.starts_with("libc.so")), "{elf:?}");
    }

    #[test]
    fn a_file_cut_or_flipped_anywhere_is_told_without_a_panic() {
        let mut bytes = fs::read(std::env::current_exe().expect("a path")).expect("readable");
        for len in (0..4096).chain((4096..bytes.len()).step_by(bytes.len() / 64)) {
            assert!(Facts::of(&bytes[..len]).problem.is_some(), "{len}");
        }
        for i in 0..512 {
            bytes[i] ^= 0xff;
            assert_eq!(Facts::of(&bytes).sha256.len(), 64);
            bytes[i] ^= 0xff;
        }
    }

    #[test]
    fn what_is_no_file_is_refused() {
        for path in ["/dev/zero", "/", "/no/such/file"] {
            assert!(Facts::read(Path::new(path)).is_err(), "{path}");
        }
    }
}
