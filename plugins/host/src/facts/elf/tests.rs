//! Files made to measure, with tables that no linker writes.

use super::*;

const HEADER_BYTES: usize = 64;
const SEGMENT_BYTES: usize = 56;
const SECTION_BYTES: usize = 64;

/// A file of x86-64 with nothing in it but what the loader reads: its table and the names that
/// this points to. Addresses are places in the file.
struct File {
    entries: Vec<(i64, u64)>,
    strings: Vec<u8>,
    /// Where the name of each exported symbol begins; the first counts as none.
    symbols: Vec<u32>,
}

impl File {
    fn with(entries: &[(DynamicTag, u64)], strings: &[u8]) -> Self {
        let entries = entries.iter().map(|(tag, value)| (tag.0, *value)).collect();
        Self { entries, strings: strings.to_vec(), symbols: Vec::new() }
    }

    fn bytes(&self) -> Vec<u8> {
        let table = HEADER_BYTES + 2 * SEGMENT_BYTES;
        let table_bytes = 16 * (self.entries.len() + 3);
        let strings = table + table_bytes;
        let symbols = (strings + self.strings.len()).next_multiple_of(8);
        let symbols_bytes = 24 * self.symbols.len();
        let sections = symbols + symbols_bytes;
        let end = sections + 3 * SECTION_BYTES;
        let mut file = b"\x7fELF\x02\x01\x01".to_vec();
        file.resize(16, 0);
        halves(&mut file, &[3, 62, 1, 0]);
        words(&mut file, &[0, HEADER_BYTES as u64, sections as u64]);
        halves(&mut file, &[0, 0, 64, SEGMENT_BYTES as u16, 2, SECTION_BYTES as u16, 3, 2]);
        segment(&mut file, PT_LOAD.0, 0, end);
        segment(&mut file, PT_DYNAMIC.0, table, table_bytes);
        let named = [(DT_STRTAB.0, strings as u64), (DT_STRSZ.0, self.strings.len() as u64)];
        for (tag, value) in self.entries.iter().chain(&named).chain(&[(DT_NULL.0, 0)]) {
            words(&mut file, &[tag.cast_unsigned(), *value]);
        }
        file.extend(&self.strings);
        file.resize(symbols, 0);
        for name in &self.symbols {
            file.extend(name.to_le_bytes());
            // A function that everybody may call, in some section.
            file.extend([0x12, 0, 1, 0]);
            words(&mut file, &[0, 0]);
        }
        section(&mut file, 0, 0, 0, 0);
        section(&mut file, 11, symbols, symbols_bytes, 2);
        section(&mut file, 3, strings, self.strings.len(), 0);
        assert_eq!(file.len(), end);
        file
    }

    fn read(&self) -> Result<Elf, String> {
        Elf::read(&self.bytes())
    }
}

fn halves(file: &mut Vec<u8>, all: &[u16]) {
    file.extend(all.iter().flat_map(|half| half.to_le_bytes()));
}

fn words(file: &mut Vec<u8>, all: &[u64]) {
    file.extend(all.iter().flat_map(|word| word.to_le_bytes()));
}

fn segment(file: &mut Vec<u8>, kind: u32, at: usize, n_bytes: usize) {
    words(file, &[u64::from(kind), at as u64, at as u64, at as u64]);
    words(file, &[n_bytes as u64, n_bytes as u64, 8]);
}

fn section(file: &mut Vec<u8>, kind: u64, at: usize, n_bytes: usize, link: u64) {
    words(file, &[kind << 32, 0, at as u64, at as u64, n_bytes as u64, link, 8, 24]);
}

#[test]
fn what_the_loader_would_do_is_told() {
    let all = [(DT_NEEDED, 1), (DT_RUNPATH, 9), (DT_AUDIT, 4), (DT_TEXTREL, 0), (DT_FLAGS_1, 1)];
    let mut file = File::with(&all, b"\0liba.so\0/a:$ORIGIN\0");
    file.symbols = vec![0, 4, 1];
    let elf = file.read().expect("a file");
    assert_eq!((elf.needed, elf.auditors), (vec!["liba.so".into()], vec!["a.so".into()]));
    assert_eq!(elf.run_path, ["/a", "$ORIGIN"]);
    assert!(elf.text_relocations && elf.bind_now && elf.executable_stack && elf.shared);
    assert_eq!((elf.exports, elf.exports_cut), (vec!["a.so".into(), "liba.so".into()], false));
}

#[test]
fn a_table_without_end_or_place_and_names_without_end_are_refused() {
    let many = vec![(DT_NEEDED, 1); ENTRIES_MAX];
    let refused = File::with(&many, b"\0liba.so\0").read().expect_err("too many");
    assert!(refused.contains("more than 1024 things"), "{refused}");
    // The address of the table, in the second segment, is moved out of the first.
    let mut elsewhere = File::with(&[], b"\0").bytes();
    elsewhere[HEADER_BYTES + SEGMENT_BYTES + 20] = 1;
    let refused = Elf::read(&elsewhere).expect_err("nowhere");
    assert!(refused.contains("is not in what is loaded"), "{refused}");
    let mut long = vec![b'x'; NAME_BYTES_MAX + 1];
    long.push(0);
    for (at, strings) in [(0, &long[..]), (1, b"\0open"), (99, b"\0")] {
        let refused = File::with(&[(DT_NEEDED, at)], strings).read().expect_err("no name");
        assert!(refused.contains("has no end"), "{refused}");
    }
}

/// A file of some megabytes can name as many gigabytes: each place in a text begins another name.
#[test]
fn of_exports_without_end_the_first_are_told() {
    let mut strings = vec![b'x'; 1 << 16];
    strings.push(0);
    let mut file = File::with(&[], &strings);
    file.symbols = (0..1 << 16).collect();
    let elf = file.read().expect("a file");
    assert!(elf.exports_cut);
    let told: usize = elf.exports.iter().map(String::len).sum();
    assert!(!elf.exports.is_empty() && told <= EXPORT_BYTES_MAX, "{told}");
}
