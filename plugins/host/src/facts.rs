//! What can be told of a plugin's file without running any of its code: its hash, its note, and
//! what its ELF headers say.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use object::elf::{
    DF_1_NOW, DF_BIND_NOW, DF_TEXTREL, DT_BIND_NOW, DT_FLAGS, DT_FLAGS_1, DT_NEEDED, DT_RPATH,
    DT_RUNPATH, DT_SONAME, DT_TEXTREL, ET_DYN, FileHeader64, PF_X, PT_GNU_EH_FRAME, PT_GNU_RELRO,
    PT_GNU_STACK,
};
use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::{Endianness, Object, ObjectSymbol};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::meta::{self, Meta};
use crate::{Error, Result, binary, text};

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
    /// The note that its maker left in it.
    pub note: Option<Meta>,
    /// What its headers say, if it is a 64-bit ELF file.
    pub elf: Option<Elf>,
}

/// What the headers of an ELF file say. The texts are fit to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Elf {
    /// The machine that it was built for, such as `x86_64`.
    pub machine: String,
    /// Whether it is a shared object: a library, or a position-independent program.
    pub shared: bool,
    /// The name that it gives itself.
    pub soname: Option<String>,
    /// The libraries that it needs, in the order in which they are loaded.
    pub needed: Vec<String>,
    /// Folders that it has searched for them before the system's own.
    pub run_path: Vec<String>,
    /// The symbols that it exports, sorted; without the weak ones, which are code of headers.
    pub exports: Vec<String>,
    /// Whether it asks for an executable stack.
    pub executable_stack: bool,
    /// Whether its code must be changed when it is loaded.
    pub text_relocations: bool,
    /// Whether its tables of addresses are read-only once it is loaded.
    pub relro: bool,
    /// Whether all its symbols are bound when it is loaded.
    pub bind_now: bool,
    /// Whether it has tables by which a panic or an exception unwinds.
    pub unwind_tables: bool,
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
        Self {
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
            problem: binary::check_elf(bytes).err(),
            note: meta::read(bytes),
            elf: elf(bytes).ok(),
        }
    }
}

type File64<'a> = ElfFile<'a, FileHeader64<Endianness>>;

fn elf(bytes: &[u8]) -> object::Result<Elf> {
    let file = File64::parse(bytes)?;
    let endian = file.endian();
    let header = file.elf_header();
    let dynamic = Dynamic::read(&file)?;
    let segment = |kind| file.elf_program_headers().iter().find(|s| s.p_type(endian) == kind);
    Ok(Elf {
        machine: binary::machine_name(header.e_machine(endian).0).to_owned(),
        shared: header.e_type(endian) == ET_DYN,
        soname: dynamic.soname,
        needed: dynamic.needed,
        run_path: dynamic.run_path,
        exports: exports(&file),
        // Without the header the kernel's old default holds, which is an executable stack.
        executable_stack: segment(PT_GNU_STACK).is_none_or(|s| s.p_flags(endian).0 & PF_X.0 != 0),
        text_relocations: dynamic.text_relocations,
        relro: segment(PT_GNU_RELRO).is_some(),
        bind_now: dynamic.bind_now,
        unwind_tables: segment(PT_GNU_EH_FRAME).is_some(),
    })
}

/// What the loader reads.
#[derive(Default)]
struct Dynamic {
    soname: Option<String>,
    needed: Vec<String>,
    run_path: Vec<String>,
    text_relocations: bool,
    bind_now: bool,
}

impl Dynamic {
    fn read(file: &File64<'_>) -> object::Result<Self> {
        let table = file.elf_dynamic_table()?;
        let mut found = Self::default();
        for entry in table.iter() {
            let name = || table.string(entry).map(text::clean);
            let has = |flag: u64| entry.val & flag != 0;
            match entry.tag {
                DT_SONAME => found.soname = Some(name()?),
                DT_NEEDED => found.needed.push(name()?),
                DT_RPATH | DT_RUNPATH => {
                    found.run_path.extend(name()?.split(':').map(str::to_owned));
                }
                DT_TEXTREL => found.text_relocations = true,
                DT_BIND_NOW => found.bind_now = true,
                DT_FLAGS => {
                    found.text_relocations |= has(DF_TEXTREL.0);
                    found.bind_now |= has(DF_BIND_NOW.0);
                }
                DT_FLAGS_1 => found.bind_now |= has(DF_1_NOW.0),
                _ => {}
            }
        }
        Ok(found)
    }
}

fn exports(file: &File64<'_>) -> Vec<String> {
    let defined = file.dynamic_symbols().filter(ObjectSymbol::is_definition);
    let global = defined.filter(|symbol| symbol.is_global() && !symbol.is_weak());
    let names = global.filter_map(|symbol| Some(text::clean(symbol.name_bytes().ok()?)));
    names.collect::<BTreeSet<String>>().into_iter().collect()
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
