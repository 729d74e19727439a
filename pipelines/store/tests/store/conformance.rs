//! The conformance suite, and who may open a store.

use std::path::Path;

use surmise_core::store::EventStore;
use surmise_store::{Error, SqliteStore};
use surmise_test_kit::store;

#[test]
fn the_promises_of_a_store_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    store::check_lasting(&|| -> Box<dyn EventStore> {
        if path.exists() {
            Box::new(SqliteStore::open(&path).unwrap())
        } else {
            Box::new(SqliteStore::create(&path).unwrap())
        }
    });
}

#[test]
fn one_process_writes_and_any_number_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    let writer = SqliteStore::create(&path).unwrap();
    let link = folder.path().join("another name");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    for path in [&path, &link] {
        assert!(matches!(SqliteStore::open(path), Err(Error::InUse { .. })));
        SqliteStore::open_read_only(path).unwrap();
    }
    drop(writer);
    SqliteStore::open(&link).unwrap();
    assert!(matches!(SqliteStore::create(&path), Err(Error::Exists { .. })));
}

/// A reader that was opened before sees what is appended after.
#[test]
fn a_reader_follows_a_running_study() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    let mut writer = SqliteStore::create(&path).unwrap();
    let reader = SqliteStore::open_read_only(&path).unwrap();
    store::check(&mut writer);
    assert_eq!(reader.studies().unwrap(), writer.studies().unwrap());
}

#[test]
fn odd_paths_are_only_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["file:x?mode=memory", ":memory:", "line\nbreak", "文字 'quoted'"] {
        let path = folder.path().join(name);
        drop(SqliteStore::create(&path).unwrap());
        assert!(path.exists(), "{name:?}");
        SqliteStore::open_read_only(&path).unwrap();
    }
    let long = folder.path().join("x".repeat(255));
    assert!(matches!(SqliteStore::create(&long), Err(Error::Io { .. })));
    assert!(matches!(SqliteStore::create(Path::new("/")), Err(Error::NotAStore { .. })));
}

/// Skipped for those whom no permission holds back.
#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    drop(SqliteStore::create(&path).unwrap());
    std::fs::remove_file(folder.path().join("study.sqlite.lock")).unwrap();
    set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(folder.path().join("probe"), "").is_err() {
        let error = SqliteStore::open(&path).unwrap_err().to_string();
        assert!(error.contains("cannot be written to: its folder is read-only"), "{error}");
        SqliteStore::open_read_only(&path).unwrap();
    }
    set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
}
