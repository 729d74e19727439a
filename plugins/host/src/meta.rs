//! What a plugin's file says about itself, read without running any of its code.
//!
//! The SDK writes it into a section of the library. It is a hint for good messages, never a proof:
//! anybody can write anything into a file. A plugin in another language may write one, too: an
//! object of JSON in the section `.surmise.meta`, of which `name`, `version` and `abi` are needed.

use object::Endianness;
use object::elf::FileHeader64;
use object::read::SectionIndex;
use object::read::elf::{ElfFile, FileHeader, SectionHeader};
use serde::{Deserialize, Serialize};

use crate::{json, text};

const SECTION: &[u8] = b".surmise.meta\0";
const BYTES_MAX: usize = 4096;

/// What a plugin's file says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The plugin ABI that it was built for, such as `1.0`.
    pub abi: String,
    /// The machine that it was built for, such as `x86_64-unknown-linux-gnu`; empty if not told.
    #[serde(default)]
    pub target: String,
    /// The version of the Rust compiler; empty if not told.
    #[serde(default)]
    pub rustc: String,
    /// The version of the SDK; empty if not told.
    #[serde(default)]
    pub sdk: String,
}

/// Reads the note from the bytes of a library; `None` if it has none, or none that makes sense. The
/// texts are fit to show.
#[must_use]
pub fn read(library: &[u8]) -> Option<Meta> {
    let bytes = section(library)?;
    let text = std::str::from_utf8(bytes.get(..bytes.len().min(BYTES_MAX))?).ok()?;
    // A text of C ends in a zero, and may be filled up with more.
    let text = text.trim_end_matches('\0');
    let meta: Meta = serde_json::from_value(json::parse(text).ok()?).ok()?;
    let clean = |text: &str| text::clean(text.as_bytes());
    Some(Meta {
        name: clean(&meta.name),
        version: clean(&meta.version),
        abi: clean(&meta.abi),
        target: clean(&meta.target),
        rustc: clean(&meta.rustc),
        sdk: clean(&meta.sdk),
    })
}

/// The note's bytes. Each name is compared at its beginning only: looking for the ends of many
/// names takes as long as their maker wants.
fn section(library: &[u8]) -> Option<&[u8]> {
    let file = ElfFile::<FileHeader64<Endianness>>::parse(library).ok()?;
    let (endian, sections) = (file.endian(), file.elf_section_table());
    let names = file.elf_header().shstrndx(endian, library).ok()?;
    let names = sections.section(SectionIndex(names as usize)).ok()?.data(endian, library).ok()?;
    let is_note = |at: u32| names.get(at as usize..).is_some_and(|n| n.starts_with(SECTION));
    sections.iter().find(|s| is_note(s.sh_name(endian)))?.data(endian, library).ok()
}
