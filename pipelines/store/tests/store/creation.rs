//! A maker that is killed: what it leaves is a whole store, or the next one can make it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use surmise_core::store::{EventStore, Seq, StudyId};
use surmise_store::{Error, SqliteStore};
use surmise_test_kit::store;

/// Names the folder to the child; without it, the child's test does nothing.
const FOLDER: &str = "SURMISE_TEST_FOLDER";

/// What everybody does who wants a store, new or not.
fn create_or_open(path: &Path) -> Result<SqliteStore, Error> {
    match SqliteStore::create(path) {
        Err(Error::Exists { .. }) => SqliteStore::open(path),
        made => made,
    }
}

/// What the child does: makes stores for ever, and says how many it has made.
#[test]
fn child_that_makes_stores_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let mut out = std::io::stdout();
    for i in 0.. {
        drop(SqliteStore::create(&Path::new(&folder).join(i.to_string())).unwrap());
        writeln!(out, "\nmade {i}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn a_store_can_be_had_whenever_its_maker_was_killed() {
    for round in 0..8_u64 {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "creation::child_that_makes_stores_until_it_is_killed"])
            .arg("--nocapture")
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut made =
            lines.filter_map(|line| line.unwrap().strip_prefix("made ")?.parse::<u64>().ok());
        let first = made.next().unwrap();
        // Somewhere within the making of the next few.
        std::thread::sleep(Duration::from_micros(700 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let last = made.last().unwrap_or(first);
        for i in 0..=last + 1 {
            let path = folder.path().join(i.to_string());
            assert!(create_or_open(&path).unwrap().studies().unwrap().is_empty());
        }
    }
}

/// What was left at a path, and how it came about.
type Left = (&'static str, fn(&Path));

#[test]
fn what_a_killed_maker_leaves_is_made_whole() {
    let cases: [Left; 5] = [
        ("nothing", |_| ()),
        ("an empty file", |path| fs::write(path, "").unwrap()),
        ("the start of a temporary file", |path| {
            fs::write(beside(path, ".partial"), "SQLite format 3\0").unwrap();
        }),
        ("a temporary file", |path| {
            let other = Connection::open(beside(path, ".partial")).unwrap();
            other.execute_batch("CREATE TABLE event (x)").unwrap();
        }),
        ("the log of a store that is gone", |path| {
            let mut gone = SqliteStore::create(path).unwrap();
            gone.append(&StudyId::new("gone"), Seq(0), &store::events()).unwrap();
            let log = fs::read(beside(path, "-wal")).unwrap();
            drop(gone);
            fs::remove_file(path).unwrap();
            fs::write(beside(path, "-wal"), log).unwrap();
        }),
    ];
    for (what, leave) in cases {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.sqlite");
        leave(&path);
        let store = create_or_open(&path).expect(what);
        assert!(store.studies().unwrap().is_empty(), "{what}");
        drop(store);
        assert!(!beside(&path, ".partial").exists(), "{what}");
        SqliteStore::open(&path).expect(what);
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
