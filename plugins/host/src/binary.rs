//! What a file says about itself before any of its code runs.

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::sealed::{self, Sealed};
use crate::{Error, Result, facts, trust};

/// No shared library of a sane size is refused.
const FILE_BYTES_MAX: u64 = 1 << 30;
const TOO_LARGE: &str = "larger than 1 GiB";

const ELF_HEADER_BYTES: usize = 64;
const ELF_CLASS_64: u8 = 2;
const ELF_LITTLE_ENDIAN: u8 = 1;
const ELF_TYPE_SHARED: u16 = 3;
const ELF_SEGMENT_LOAD: u32 = 1;

/// A plugin's file as it was at one moment: a sealed copy of its bytes, which are those that were
/// hashed, those that are checked and those that will be loaded, whatever happens to the file.
pub struct Binary {
    path: PathBuf,
    sha256: String,
    memory: Sealed,
    /// The libraries that it needs and not every system has.
    strangers: Vec<String>,
}

impl Binary {
    /// Copies and hashes a plugin's file, and checks what can be checked without running it.
    ///
    /// # Errors
    /// [`Error::Load`] if the path is not absolute, others could have put the file there, or it is
    /// no shared library for this machine, or asks the loader for what no plugin may.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_absolute() {
            return Err(Error::load(path, "the path must be absolute"));
        }
        read(path).map_err(|reason| Error::load(path, reason))
    }

    /// What another process of this program opened.
    pub(crate) fn received(path: &Path, sha256: String, memory: Sealed) -> Self {
        Self { path: path.to_owned(), sha256, memory, strangers: Vec::new() }
    }

    /// The file, without links in its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The SHA-256 of its bytes, 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    pub(crate) fn strangers(&self) -> &[String] {
        &self.strangers
    }

    pub(crate) fn memory(&self) -> &Sealed {
        &self.memory
    }
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Binary({})", self.path.display())
    }
}

fn read(path: &Path) -> Result<Binary, String> {
    let unreadable = |e| format!("cannot be read: {e}");
    let real = path.canonicalize().map_err(unreadable)?;
    // Before opening: opening a pipe would wait for a writer.
    if !fs::metadata(&real).map_err(unreadable)?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let options = File::options().read(true).custom_flags(libc::O_NOFOLLOW).to_owned();
    let file = options.open(&real).map_err(unreadable)?;
    trust::check(&file, path, &real)?;
    // Before copying it, and after, because it may grow.
    if FILE_BYTES_MAX < file.metadata().map_err(unreadable)?.len() {
        return Err(TOO_LARGE.to_owned());
    }
    let memory = sealed::seal_file("surmise-plugin", file, FILE_BYTES_MAX + 1);
    let memory = memory.map_err(unreadable)?;
    if FILE_BYTES_MAX < memory.len() {
        return Err(TOO_LARGE.to_owned());
    }
    let (sha256, strangers) = inspect(&memory)?;
    Ok(Binary { path: real, sha256, memory, strangers })
}

/// The hash of sealed bytes that look like a shared library for this machine, and the libraries
/// that it needs and not every system has.
fn inspect(memory: &Sealed) -> Result<(String, Vec<String>), String> {
    if memory.len() == 0 {
        return Err("the file is empty".to_owned());
    }
    let bytes = memory.map().map_err(|e| format!("cannot be read: {e}"))?;
    check_elf(&bytes)?;
    let strangers = facts::admit(&bytes)?.strangers().into_iter().map(str::to_owned).collect();
    let sha256 = Sha256::digest(&*bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((sha256, strangers))
}

/// What keeps bytes from being a shared library for this machine.
pub(crate) fn check_elf(bytes: &[u8]) -> Result<(), String> {
    if !bytes.starts_with(b"\x7fELF") {
        return Err("not a shared library".to_owned());
    }
    let Some(header) = bytes.first_chunk::<ELF_HEADER_BYTES>() else {
        return Err("not a shared library: the file is cut short".to_owned());
    };
    let wide = header[4] == ELF_CLASS_64 && header[5] == ELF_LITTLE_ENDIAN;
    let machine = u16::from_le_bytes([header[18], header[19]]);
    if !wide || machine_name(machine) != std::env::consts::ARCH {
        return Err(format!(
            "built for {}{}, this machine is {}",
            machine_name(machine),
            if wide { "" } else { " (not 64-bit little-endian)" },
            std::env::consts::ARCH
        ));
    }
    if u16::from_le_bytes([header[16], header[17]]) != ELF_TYPE_SHARED {
        return Err("not a shared library but another kind of ELF file".to_owned());
    }
    let is_short = |end: Option<u64>| end.is_none_or(|end| (bytes.len() as u64) < end);
    if is_short(mapped_bytes(bytes)) || is_short(section_table_end(bytes)) {
        return Err("not a shared library: the file is cut short".to_owned());
    }
    Ok(())
}

/// Where the last byte that the loader maps ends; mapping a file that is shorter ends in SIGBUS.
/// `None` if the table of segments itself is not in the file.
fn mapped_bytes(bytes: &[u8]) -> Option<u64> {
    let table = u64::from_le_bytes(field(bytes, 32)?);
    let entry_bytes = u64::from(u16::from_le_bytes(field(bytes, 54)?));
    let n_entries = u64::from(u16::from_le_bytes(field(bytes, 56)?));
    let mut end = 0;
    for i in 0..n_entries {
        let start = table.checked_add(i * entry_bytes)?;
        if u32::from_le_bytes(field(bytes, start)?) == ELF_SEGMENT_LOAD {
            let offset = u64::from_le_bytes(field(bytes, start.checked_add(8)?)?);
            let size = u64::from_le_bytes(field(bytes, start.checked_add(32)?)?);
            end = end.max(offset.checked_add(size)?);
        }
    }
    Some(end)
}

/// Where the table of sections ends, which linkers put last: a file that is cut anywhere lacks it.
/// Zero if the file has none. `None` if its place makes no sense.
fn section_table_end(bytes: &[u8]) -> Option<u64> {
    let table = u64::from_le_bytes(field(bytes, 40)?);
    let entry_bytes = u64::from(u16::from_le_bytes(field(bytes, 58)?));
    let n_entries = u64::from(u16::from_le_bytes(field(bytes, 60)?));
    table.checked_add(entry_bytes * n_entries)
}

fn field<const N: usize>(bytes: &[u8], at: u64) -> Option<[u8; N]> {
    bytes.get(usize::try_from(at).ok()?..)?.first_chunk().copied()
}

/// As `std::env::consts::ARCH` has it.
pub(crate) fn machine_name(machine: u16) -> &'static str {
    match machine {
        3 => "x86",
        40 => "arm",
        62 => "x86_64",
        183 => "aarch64",
        243 => "riscv64",
        _ => "another machine",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(bytes: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), bytes).expect("writing it");
        refusal(file.path())
    }

    fn refusal(path: &Path) -> String {
        match Binary::open(path) {
            Err(Error::Load { reason, .. }) => reason,
            other => panic!("expected a refusal, found {other:?}"),
        }
    }

    /// This test program: an ELF file of this machine, position-independent.
    fn own_program() -> Vec<u8> {
        fs::read(std::env::current_exe().expect("a path")).expect("readable")
    }

    #[test]
    fn what_is_no_library_is_refused() {
        assert_eq!(problem(b""), "the file is empty");
        assert_eq!(problem(b"#!/bin/sh\n"), "not a shared library");
        assert_eq!(refusal(Path::new("/dev/zero")), "not a regular file");
        assert_eq!(refusal(Path::new("/")), "not a regular file");
        let folder = tempfile::tempdir().expect("a folder");
        let (pipe, huge) = (folder.path().join("pipe"), folder.path().join("huge"));
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).expect("made");
        assert_eq!(refusal(&pipe), "not a regular file");
        File::create(&huge).and_then(|file| file.set_len(2 << 30)).expect("made");
        assert_eq!(refusal(&huge), "larger than 1 GiB");
        assert!(refusal(Path::new("/no/such/file")).contains("cannot be read"));
    }

    #[test]
    fn another_machine_or_kind_is_named() {
        let mut elf = own_program();
        elf[18..20].copy_from_slice(&40_u16.to_le_bytes());
        assert!(problem(&elf).contains("built for arm, this machine is "));
        let mut elf = own_program();
        elf[4] = 1;
        assert!(problem(&elf).contains("not 64-bit"));
        let mut elf = own_program();
        elf[16] = 2;
        assert!(problem(&elf).contains("another kind"));
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        let elf = own_program();
        for len in (5..64).chain((64..elf.len()).step_by(elf.len() / 64)).chain([elf.len() - 1]) {
            assert!(check_elf(&elf[..len]).is_err(), "{len}");
        }
        check_elf(&elf).expect("the whole of it is good");
    }
}
