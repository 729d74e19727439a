//! Files that are no store, or were one.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use rusqlite::Connection;
use surmise_core::store::{EventStore, Seq};
use surmise_store::{Error, SqliteStore};
use surmise_test_kit::store;

/// The bytes of a store with some events.
static STORE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    let mut whole = SqliteStore::create(&path).unwrap();
    let events = store::events();
    for name in ["a", "b", "c"] {
        let study = surmise_core::store::StudyId::new(name);
        whole.append(&study, Seq(0), &events).unwrap();
    }
    drop(whole);
    fs::read(&path).unwrap()
});

/// Reads everything there is, both ways; what matters is that it returns.
fn use_it(bytes: &[u8]) -> Result<usize, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    fs::write(&path, bytes).unwrap();
    let read = |store: &SqliteStore| -> surmise_core::Result<usize> {
        let mut n = 0;
        for study in store.studies()? {
            n += store.read(&study, Seq(0))?.len();
        }
        Ok(n)
    };
    let reader = SqliteStore::open_read_only(&path).map_err(|e| e.to_string())?;
    let n = read(&reader).map_err(|e| e.to_string())?;
    drop(reader);
    let mut writer = SqliteStore::open(&path).map_err(|e| e.to_string())?;
    for study in writer.studies().map_err(|e| e.to_string())? {
        let end = writer.read(&study, Seq(0)).map_err(|e| e.to_string())?.len();
        let again = store::events();
        let appended = writer.append(&study, Seq(end as u64), &again[1..2]);
        appended.map_err(|e| e.to_string())?;
    }
    Ok(n)
}

#[test]
fn the_undamaged_store_is_read() {
    assert_eq!(use_it(&STORE), Ok(3 * store::events().len()));
}

/// Every bit around the keys of an index, one at a time: out of order, it lists studies twice.
#[test]
fn a_damaged_index_tells_no_event_twice() {
    let mut n_errors = 0;
    for bit in 8 * 11_960..8 * 12_040 {
        let mut bytes = STORE.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        match use_it(&bytes) {
            Ok(n) => assert!(n <= 3 * store::events().len(), "bit {bit}: {n}"),
            Err(error) => n_errors += usize::from(error.contains("lists a study twice")),
        }
    }
    assert!(n_errors > 0, "the index is elsewhere now");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_truncated_store_is_an_error(keep in 0.0..1.0f64) {
        let n = (STORE.len() as f64 * keep) as usize;
        prop_assert!(use_it(&STORE[..n]).is_err());
    }

    #[test]
    fn a_zeroed_tail_is_an_error(keep in 0.0..0.9f64) {
        let mut bytes = STORE.clone();
        let n = (STORE.len() as f64 * keep) as usize;
        bytes[n..].fill(0);
        prop_assert!(use_it(&bytes).is_err());
    }

    /// A flipped bit may sit where nothing reads it; what is read is events, or there is an error.
    #[test]
    fn flipped_bits_never_panic(
        flips in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
    ) {
        let mut bytes = STORE.clone();
        for flip in flips {
            let bit = flip.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        if let Ok(n) = use_it(&bytes) {
            prop_assert!(n <= 3 * store::events().len());
        }
    }

    #[test]
    fn any_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(use_it(&bytes).is_err());
    }
}

fn open_both(path: &Path) -> [Error; 2] {
    [SqliteStore::open(path), SqliteStore::open_read_only(path)].map(Result::unwrap_err)
}

#[test]
fn what_is_no_store_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for error in open_both(&path) {
        assert!(error.to_string().contains("No such file"), "{error}");
    }
    for error in open_both(folder.path()) {
        assert!(error.to_string().ends_with("is no study store: it is no file"), "{error}");
    }
    fs::write(&path, "steps:\n".repeat(500)).unwrap();
    for error in open_both(&path) {
        assert!(error.to_string().ends_with("is no study store: it is no SQLite file"), "{error}");
    }
    fs::write(&path, "").unwrap();
    for error in open_both(&path) {
        assert!(matches!(error, Error::NotAStore { .. }), "{error}");
    }
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    for error in open_both(&path) {
        assert!(error.to_string().contains("an SQLite file of something else"), "{error}");
    }
}

/// Every file of a folder with its bytes.
fn contents(folder: &Path) -> Vec<(OsString, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut files: Vec<_> = entries.map(|e| (e.file_name(), fs::read(e.path()).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn a_file_of_something_else_stays_as_it_is() {
    for journal in ["wal", "delete"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.sqlite");
        let notes = Connection::open(&path).unwrap();
        notes.pragma_update(None, "journal_mode", journal).unwrap();
        notes.execute_batch("CREATE TABLE note (text)").unwrap();
        drop(notes);
        let before = contents(folder.path());
        assert!(matches!(SqliteStore::open(&path), Err(Error::NotAStore { .. })));
        assert!(matches!(SqliteStore::create(&path), Err(Error::Exists { .. })));
        assert!(contents(folder.path()) == before, "{journal}: something changed");
    }
}

/// A store that `sql` was run on.
fn changed(sql: &str) -> [Error; 2] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    fs::write(&path, &*STORE).unwrap();
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    open_both(&path)
}

#[test]
fn a_newer_format_is_named() {
    for error in changed("PRAGMA user_version = 2") {
        assert!(matches!(error, Error::Newer { found: 2, known: 1, .. }), "{error}");
        assert!(error.to_string().ends_with("use a newer version"));
    }
}

#[test]
fn foreign_rules_on_the_events_are_refused() {
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN SELECT 1; END",
        "DROP TRIGGER event_stays",
        "DROP INDEX event_trial",
        "PRAGMA user_version = 0",
    ] {
        for error in changed(sql) {
            assert!(matches!(error, Error::Damaged { .. }), "{sql}: {error}");
        }
    }
}
