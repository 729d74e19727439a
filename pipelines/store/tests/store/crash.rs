//! A writer that is killed: nothing it acknowledged is lost, and its lock ends with it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use surmise_core::event::Event;
use surmise_core::store::{EventStore, Seq, StudyId};
use surmise_core::trial::TrialId;
use surmise_store::{Error, SqliteStore};

/// Names the store to the child; without it, the child's test does nothing.
const STORE: &str = "SURMISE_TEST_STORE";

fn event(i: u64) -> Event {
    Event::Reported { trial: TrialId(0), step: i, value: i as f64 / 7.0 }
}

/// What the child does: appends for ever, two events at a time, and says how many are stored.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(STORE) else {
        return;
    };
    let mut store = SqliteStore::open(Path::new(&path)).unwrap();
    let study = StudyId::new("s");
    let mut stored = store.read(&study, Seq(0)).unwrap().len() as u64;
    let mut out = std::io::stdout();
    loop {
        let events = [event(stored), event(stored + 1)];
        stored = store.append(&study, Seq(stored), &events).unwrap().0;
        writeln!(out, "\nstored {stored}").unwrap();
        out.flush().unwrap();
    }
}

fn spawn_writer(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child_that_writes_until_it_is_killed", "--nocapture"])
        .env(STORE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn acknowledged_events_outlast_a_killed_writer_and_its_lock_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.sqlite");
    drop(SqliteStore::create(&path).unwrap());
    let study = StudyId::new("s");
    for round in 1..=6 {
        let mut child = spawn_writer(&path);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said =
            lines.filter_map(|line| line.unwrap().strip_prefix("stored ")?.parse::<u64>().ok());
        // The first answer also says that the child holds the lock.
        let mut acknowledged = said.next().unwrap();
        assert!(matches!(SqliteStore::open(&path), Err(Error::InUse { .. })));
        acknowledged = said.by_ref().take(round * 3).last().unwrap_or(acknowledged);
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged = said.last().unwrap_or(acknowledged);

        let reader = SqliteStore::open_read_only(&path).unwrap();
        let events = reader.read(&study, Seq(0)).unwrap();
        assert!(acknowledged <= events.len() as u64, "round {round}");
        assert_eq!(events.len() % 2, 0, "an append is whole or nothing");
        assert!(events.iter().cloned().eq((0..events.len() as u64).map(event)));
        SqliteStore::open(&path).expect("the lock must end with its process");
    }
}
