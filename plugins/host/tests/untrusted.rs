//! What is told of a file without running it, whatever its bytes.

mod common;

use std::fs;
use std::ops::Range;
use std::sync::OnceLock;

use object::{Object, ObjectSection};
use proptest::prelude::*;
use proptest::sample::Index;
use surmise_plugin_host::{Facts, meta};

const NOTE: &str = ".surmise.meta";

/// A plugin, and the places in it that are read.
struct Fixture {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
    note: Range<usize>,
}

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let bytes = fs::read(common::fixture("majority")).expect("readable");
        let file = object::File::parse(&*bytes).expect("an ELF file");
        let section = |name: &str| {
            let (start, len) = file.section_by_name(name)?.file_range()?;
            Some(start as usize..(start + len) as usize)
        };
        let word = |at: usize| u64::from_le_bytes(*bytes[at..].first_chunk().expect("8 bytes"));
        let (segments, sections) = (word(32) as usize, word(40) as usize);
        let mut places = vec![0..64, segments..segments + 8 * 56, sections..bytes.len()];
        let read = [".dynamic", ".dynsym", ".dynstr", ".gnu.hash", ".hash", ".gnu.version_r", NOTE];
        places.extend(read.iter().filter_map(|name| section(name)));
        let note = section(NOTE).expect("a note");
        drop(file);
        Fixture { bytes, places, note }
    })
}

/// Any outcome is fine but a panic, and what is told can be shown.
fn survives(bytes: &[u8]) -> Facts {
    let facts = Facts::of(bytes);
    assert_eq!((facts.sha256.len(), facts.bytes), (64, bytes.len() as u64));
    assert_eq!(facts.note, meta::read(bytes));
    let elf = facts.elf.iter().flat_map(|elf| {
        let lists = elf.needed.iter().chain(&elf.run_path).chain(&elf.exports);
        lists.chain(&elf.soname)
    });
    let note = facts.note.iter().flat_map(|note| {
        [&note.name, &note.version, &note.abi, &note.target, &note.rustc, &note.sdk]
    });
    for text in elf.chain(note).chain(&facts.problem) {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    facts
}

/// What a damaged field may hold: mostly what an offset or a length should not be.
fn any_word() -> impl Strategy<Value = Vec<u8>> {
    let len = fixture().bytes.len() as u64;
    prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        (0u64..70).prop_map(|word| word.to_le_bytes().to_vec()),
        (len - 70..len + 70).prop_map(|word| word.to_le_bytes().to_vec()),
        (u64::MAX - 70..=u64::MAX).prop_map(|word| word.to_le_bytes().to_vec()),
        any::<[u8; 4]>().prop_map(Vec::from),
    ]
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    bytes[at..].iter_mut().zip(with).for_each(|(byte, new)| *byte = *new);
}

#[test]
fn the_whole_file_is_told() {
    let Fixture { bytes, .. } = fixture();
    let facts = survives(bytes);
    assert_eq!(facts.problem, None);
    assert!(facts.note.is_some() && !facts.elf.expect("an ELF file").exports.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&bytes);
        survives(&[b"\x7fELF\x02\x01\x01", &*bytes].concat());
    }

    #[test]
    fn any_damage_is_survived(
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), any_word()), 1..6),
    ) {
        let Fixture { bytes, places, .. } = fixture();
        let mut bytes = bytes.clone();
        for (place, at, word) in changes {
            let place = &places[place.index(places.len())];
            overwrite(&mut bytes, place.start + at.index(place.len()), &word);
        }
        survives(&bytes);
    }

    #[test]
    fn a_file_cut_anywhere_is_told_to_be_no_plugin(cut in any::<Index>()) {
        let Fixture { bytes, .. } = fixture();
        prop_assert!(survives(&bytes[..cut.index(bytes.len())]).problem.is_some());
    }

    #[test]
    fn any_note_is_survived(
        text in "\\{(\"(name|version|abi|rustc)\":(\"[a-z\u{1b}]{0,5}\"|1|\\[\\]),?){0,5}\\}|\\PC{0,30}",
        flip in any::<(Index, u8)>(),
    ) {
        let Fixture { bytes, note, .. } = fixture();
        let mut bytes = bytes.clone();
        let at = note.start + flip.0.index(note.len());
        bytes[at] = flip.1;
        survives(&bytes);
        bytes[note.clone()].fill(0);
        overwrite(&mut bytes[note.clone()], 0, text.as_bytes());
        survives(&bytes);
    }
}
