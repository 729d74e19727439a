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

/// Reads the file once, checks that it looks like a shared library for this machine, and returns
/// the SHA-256 of its bytes in hexadecimal.
pub(crate) fn inspect(path: &Path) -> Result<String, String> {
    let bytes = read(path)?;
    if bytes.is_empty() {
        return Err("the file is empty".to_owned());
    }
    if cfg!(target_os = "linux") {
        check_elf(&bytes)?;
    }
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    // Before opening: opening a pipe would wait for a writer.
    let metadata = fs::metadata(path).map_err(|e| format!("cannot be read: {e}"))?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    let file = File::open(path).map_err(|e| format!("cannot be read: {e}"))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| format!("cannot be read: {e}"))?;
    if FILE_BYTES_MAX < bytes.len() as u64 {
        return Err(format!("larger than {FILE_BYTES_MAX} bytes"));
    }
    Ok(bytes)
}

fn check_elf(bytes: &[u8]) -> Result<(), String> {
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
    if !segments_are_complete(bytes) {
        return Err("not a shared library: the file is cut short".to_owned());
    }
    Ok(())
}

/// Whether everything that the loader would map is in the file; else mapping it ends in SIGBUS.
fn segments_are_complete(bytes: &[u8]) -> bool {
    let word = |at: usize| bytes.get(at..)?.first_chunk().copied().map(u64::from_le_bytes);
    let half = |at: usize| bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes);
    let kind = |at: usize| bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes);
    let (Some(table), Some(entry_bytes), Some(n)) = (word(32), half(54), half(56)) else {
        return false;
    };
    (0..u64::from(n)).all(|i| {
        let start = table.checked_add(i * u64::from(entry_bytes));
        let Some(start) = start.and_then(|start| usize::try_from(start).ok()) else { return false };
        let at = |offset: usize| start.checked_add(offset);
        let Some(kind) = kind(start) else { return false };
        let range = (at(8).and_then(word), at(32).and_then(word));
        match (kind, range) {
            (ELF_SEGMENT_LOAD, (Some(offset), Some(size))) => {
                offset.checked_add(size).is_some_and(|end| end <= bytes.len() as u64)
            }
            (ELF_SEGMENT_LOAD, _) => false,
            _ => true,
        }
    })
}

fn machine_name(machine: u16) -> &'static str {
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
        assert!(segments_are_complete(&elf));
        let loaded = elf.len() / 4;
        for len in (5..64).chain((64..loaded).step_by(loaded / 16)) {
            assert!(check_elf(&elf[..len]).is_err(), "{len}");
        }
    }
}
