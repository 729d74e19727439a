//! What a file says about itself before any of its code runs.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

/// No shared library of a sane size is refused.
const FILE_BYTES_MAX: u64 = 1 << 30;

const ELF_HEADER_BYTES: usize = 64;
const ELF_CLASS_64: u8 = 2;
const ELF_LITTLE_ENDIAN: u8 = 1;
const ELF_TYPE_SHARED: u16 = 3;
const ELF_SEGMENT_LOAD: u32 = 1;

/// What tells one file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Of its bytes, in hexadecimal.
    pub(crate) sha256: String,
    /// Equal for all names of one file; none where the system has none.
    pub(crate) inode: Inode,
}

/// Device and inode.
type Inode = Option<(u64, u64)>;

/// Reads the file once, and checks that it looks like a shared library for this machine.
pub(crate) fn inspect(path: &Path) -> Result<Fingerprint, String> {
    let (bytes, inode) = read(path)?;
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if cfg!(target_os = "linux") {
        check_elf(&bytes)?;
    }
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Fingerprint { sha256, inode })
}

fn read(path: &Path) -> Result<(Vec<u8>, Inode), String> {
    let unreadable = |e| format!("cannot be read: {e}");
    // Before opening: opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let file = File::open(path).map_err(unreadable)?;
    let inode = inode(&file.metadata().map_err(unreadable)?);
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if FILE_BYTES_MAX < bytes.len() as u64 {
        return Err(format!("larger than {FILE_BYTES_MAX} bytes"));
    }
    Ok((bytes, inode))
}

#[cfg(unix)]
fn inode(metadata: &fs::Metadata) -> Inode {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> Inode {
    None
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn problem(bytes: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), bytes).expect("writing it");
        inspect(file.path()).expect_err("refused")
    }

    /// This test program: an ELF file of this machine, position-independent.
    fn own_program() -> Vec<u8> {
        fs::read(std::env::current_exe().expect("a path")).expect("readable")
    }

    #[test]
    fn what_is_no_library_is_refused() {
        assert_eq!(problem(b""), "the file is empty");
        assert_eq!(problem(b"#!/bin/sh\n"), "not a shared library");
        assert_eq!(inspect(Path::new("/dev/zero")).expect_err("device"), "not a regular file");
        assert_eq!(inspect(Path::new("/")).expect_err("folder"), "not a regular file");
        assert!(inspect(Path::new("/no/such/file")).expect_err("none").contains("cannot be read"));
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
