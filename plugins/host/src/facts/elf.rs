//! What the headers of an ELF file say, read as the loader reads them: by the segments, whatever
//! the sections say.

use std::collections::BTreeSet;

use object::elf::{
    DF_1_NOW, DF_BIND_NOW, DF_TEXTREL, DT_AUDIT, DT_AUXILIARY, DT_BIND_NOW, DT_DEPAUDIT, DT_FILTER,
    DT_FLAGS, DT_FLAGS_1, DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB,
    DT_TEXTREL, DynamicTag, ET_DYN, FileHeader64, PF_X, PT_DYNAMIC, PT_GNU_EH_FRAME, PT_GNU_RELRO,
    PT_GNU_STACK, PT_LOAD, ProgramHeader64,
};
use object::read::elf::{ElfFile, FileHeader, ProgramHeader};
use object::{Endian, Endianness, Object, ObjectSymbol, SymbolKind};
use serde::Serialize;
use surmise_plugin_abi as abi;

use crate::{binary, text};

/// How many entries the loader's table may have: libraries that are needed, places and sizes.
/// Those with the most have some dozens.
const ENTRIES_MAX: usize = 1024;

/// The longest name of a library, as for a path.
const NAME_BYTES_MAX: usize = 4096;

/// How much of the exported names is told: a file of a gigabyte could have as many.
const EXPORT_BYTES_MAX: usize = 8 << 20;

/// What one export counts beside its name.
const EXPORT_BYTES: usize = 16;

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
    /// Libraries that it has loaded to audit others, or to stand in for itself.
    pub auditors: Vec<String>,
    /// Folders that it has searched for them before the system's own.
    pub run_path: Vec<String>,
    /// The symbols that it exports, sorted; without the weak ones, which are code of headers.
    pub exports: Vec<String>,
    /// Whether it exports more than that, which is not told.
    pub exports_cut: bool,
    /// Whether the plugin's entry, if it is exported, is data and no function.
    pub entry_is_data: bool,
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

type File64<'a> = ElfFile<'a, FileHeader64<Endianness>>;

impl Elf {
    /// Reads the headers of a 64-bit file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let file = File64::parse(bytes).map_err(|e| format!("its headers make no sense: {e}"))?;
        let endian = file.endian();
        let header = file.elf_header();
        let dynamic =
            Dynamic::read(&Image { bytes, segments: file.elf_program_headers(), endian })?;
        let exports = Exports::read(&file);
        let segment = |kind| file.elf_program_headers().iter().find(|s| s.p_type(endian) == kind);
        // Without the header the kernel's old default holds, which is an executable stack.
        let executable_stack =
            segment(PT_GNU_STACK).is_none_or(|s| s.p_flags(endian).0 & PF_X.0 != 0);
        Ok(Self {
            machine: binary::machine_name(header.e_machine(endian).0).to_owned(),
            shared: header.e_type(endian) == ET_DYN,
            soname: dynamic.soname,
            needed: dynamic.needed,
            auditors: dynamic.auditors,
            run_path: dynamic.run_path,
            exports: exports.names.into_iter().collect(),
            exports_cut: exports.cut,
            entry_is_data: exports.entry_is_data,
            executable_stack,
            text_relocations: dynamic.text_relocations,
            relro: segment(PT_GNU_RELRO).is_some(),
            bind_now: dynamic.bind_now,
            unwind_tables: segment(PT_GNU_EH_FRAME).is_some(),
        })
    }
}

/// The file as it will lie in memory.
struct Image<'a> {
    bytes: &'a [u8],
    segments: &'a [ProgramHeader64<Endianness>],
    endian: Endianness,
}

impl<'a> Image<'a> {
    /// What the file has from that address on. Where segments overlap, the last one is on top.
    fn at(&self, address: u64) -> Option<&'a [u8]> {
        let from_there = |s: &ProgramHeader64<Endianness>| {
            let skip = address.checked_sub(s.p_vaddr(self.endian))?;
            let data = s.data(self.endian, self.bytes).ok()?;
            data.get(usize::try_from(skip).ok()?..).filter(|rest| !rest.is_empty())
        };
        let loaded = self.segments.iter().filter(|s| s.p_type(self.endian) == PT_LOAD);
        loaded.rev().find_map(from_there)
    }

    /// The entries of the table that the loader follows, which is the last: tags and values.
    fn dynamic(&self) -> Result<Vec<(DynamicTag, u64)>, String> {
        let table = self.segments.iter().rfind(|s| s.p_type(self.endian) == PT_DYNAMIC);
        let Some(table) = table else { return Ok(Vec::new()) };
        let table = self
            .at(table.p_vaddr(self.endian))
            .ok_or("what it asks the loader for is not in what is loaded")?;
        let word = |bytes: [u8; 8]| self.endian.read_u64(bytes);
        let pairs = table.as_chunks::<8>().0.as_chunks::<2>().0.iter();
        let entries = pairs.map(|[tag, v]| (DynamicTag(word(*tag).cast_signed()), word(*v)));
        let entries = entries.take_while(|(tag, _)| *tag != DT_NULL).take(ENTRIES_MAX + 1);
        let entries: Vec<_> = entries.collect();
        match entries.len() <= ENTRIES_MAX {
            true => Ok(entries),
            false => Err(format!("it asks the loader for more than {ENTRIES_MAX} things")),
        }
    }
}

/// What the loader reads.
#[derive(Default)]
struct Dynamic {
    soname: Option<String>,
    needed: Vec<String>,
    auditors: Vec<String>,
    run_path: Vec<String>,
    text_relocations: bool,
    bind_now: bool,
}

impl Dynamic {
    fn read(image: &Image<'_>) -> Result<Self, String> {
        let entries = image.dynamic()?;
        let strings = strings(image, &entries);
        let mut found = Self::default();
        for (tag, value) in entries {
            let has = |flag: u64| value & flag != 0;
            let name =
                || text_at(strings, value).ok_or("the name of a library that it needs has no end");
            match tag {
                DT_SONAME => found.soname = Some(name()?),
                DT_NEEDED => found.needed.push(name()?),
                DT_AUDIT | DT_DEPAUDIT | DT_AUXILIARY | DT_FILTER => found.auditors.push(name()?),
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

/// The names that entries point to.
fn strings<'a>(image: &Image<'a>, entries: &[(DynamicTag, u64)]) -> &'a [u8] {
    let value =
        |wanted: DynamicTag| entries.iter().rfind(|(tag, _)| *tag == wanted).map(|(_, v)| *v);
    let table = value(DT_STRTAB).and_then(|address| image.at(address)).unwrap_or_default();
    let len = value(DT_STRSZ).and_then(|len| usize::try_from(len).ok());
    &table[..len.unwrap_or(0).min(table.len())]
}

/// The name at that place, if it has an end.
fn text_at(strings: &[u8], at: u64) -> Option<String> {
    let rest = strings.get(usize::try_from(at).ok()?..)?;
    let end = rest.iter().take(NAME_BYTES_MAX).position(|byte| *byte == 0)?;
    Some(text::clean(&rest[..end]))
}

/// What others may call, as the sections have it.
#[derive(Default)]
struct Exports {
    names: BTreeSet<String>,
    cut: bool,
    entry_is_data: bool,
}

impl Exports {
    fn read(file: &File64<'_>) -> Self {
        let mut found = Self::default();
        let mut left = EXPORT_BYTES_MAX;
        let defined = file.dynamic_symbols().filter(ObjectSymbol::is_definition);
        for symbol in defined.filter(|symbol| symbol.is_global() && !symbol.is_weak()) {
            let name = symbol.name_bytes().unwrap_or_default();
            // Before another name is looked at: finding its end takes as long as it is.
            let Some(rest) = left.checked_sub(name.len() + EXPORT_BYTES) else {
                found.cut = true;
                break;
            };
            left = rest;
            if name == abi::ENTRY_NAME.as_bytes() {
                found.entry_is_data = matches!(symbol.kind(), SymbolKind::Data | SymbolKind::Tls);
            }
            if !name.is_empty() {
                found.names.insert(text::clean(name));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests;
