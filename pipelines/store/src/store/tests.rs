//! Unit tests that need the connection itself.

use surmise_core::trial::{Outcome, TrialId};

use super::*;

fn failed(error: &str) -> Event {
    Event::Finished { trial: TrialId(0), outcome: Outcome::Failed { error: error.into() } }
}

fn new_store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::create(&folder.path().join("study.sqlite")).unwrap();
    (folder, store)
}

#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    let (_folder, mut store) = new_store();
    let study = StudyId::new("s");
    store.append(&study, Seq(0), &[failed("first")]).unwrap();
    let limit = |store: &SqliteStore, pages: i64| {
        let set =
            store.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()));
        set.unwrap();
    };
    limit(&store, 20);
    let error = store.append(&study, Seq(1), &[failed("second"), failed(&"x".repeat(1 << 20))]);
    assert!(error.unwrap_err().to_string().contains("is full: free some space"));
    assert_eq!(store.read(&study, Seq(0)).unwrap(), [failed("first")]);
    limit(&store, 1 << 20);
    assert_eq!(store.append(&study, Seq(1), &[failed("second")]).unwrap(), Seq(2));
}

#[test]
fn events_cannot_be_changed_by_any_client() {
    let (folder, mut store) = new_store();
    let events = [failed("first"), failed("second")];
    store.append(&StudyId::new("s"), Seq(0), &events).unwrap();
    let other = Connection::open(folder.path().join("study.sqlite")).unwrap();
    for (statement, why) in [
        ("UPDATE event SET at_unix_ms = 0", "never changed"),
        ("DELETE FROM event WHERE seq = 1", "never deleted"),
        ("REPLACE INTO event (study, seq, payload, at_unix_ms) VALUES ('s', 1, '{}', 0)", "follow"),
        ("INSERT INTO event (study, seq, payload, at_unix_ms) VALUES ('s', 3, '{}', 0)", "follow"),
        (
            "INSERT INTO event (study, seq, payload, at_unix_ms) VALUES ('s', 2, 'no', 0)",
            "malformed",
        ),
        (
            "INSERT INTO event (study, seq, payload, at_unix_ms) VALUES ('s', 2, '{}', 0)",
            "NOT NULL",
        ),
    ] {
        let error = other.execute(statement, []).unwrap_err().to_string();
        assert!(error.contains(why), "{statement}: {error}");
    }
    assert_eq!(store.read(&StudyId::new("s"), Seq(0)).unwrap(), events);
}

#[test]
fn a_gap_and_what_is_no_event_are_damage() {
    let (_folder, mut store) = new_store();
    let study = StudyId::new("s");
    store.append(&study, Seq(0), &[failed("a"), failed("b"), failed("c")]).unwrap();
    let run = |store: &SqliteStore, sql| store.connection.execute_batch(sql).unwrap();
    run(&store, "DROP TRIGGER event_stays; DELETE FROM event WHERE seq = 1");
    let error = store.read(&study, Seq(0)).unwrap_err().to_string();
    assert!(error.contains("event 1 of study `s` is missing"), "{error}");
    run(&store, "DROP TRIGGER event_is_fixed; UPDATE event SET payload = '{\"event\":\"x\"}'");
    let error = store.read(&study, Seq(2)).unwrap_err().to_string();
    assert!(error.contains("event 2 of study `s` is no event"), "{error}");
}

#[test]
fn another_program_that_holds_the_file_is_named() {
    let (folder, mut store) = new_store();
    store.connection.busy_timeout(Duration::ZERO).unwrap();
    let other = Connection::open(folder.path().join("study.sqlite")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = store.append(&StudyId::new("s"), Seq(0), &[failed("a")]).unwrap_err();
    assert!(error.to_string().starts_with("another program has locked"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.append(&StudyId::new("s"), Seq(0), &[failed("a")]).unwrap();
}

#[test]
fn what_json_cannot_hold_is_refused_by_name() {
    let (_folder, mut store) = new_store();
    let event = Event::Reported { trial: TrialId(0), step: 0, value: f64::NAN };
    let error = store.append(&StudyId::new("s"), Seq(0), &[event]).unwrap_err();
    assert!(error.to_string().contains("the event `reported` holds a number that is not finite"));
}

#[test]
fn a_reader_cannot_append() {
    let (folder, _store) = new_store();
    let mut reader = SqliteStore::open_read_only(&folder.path().join("study.sqlite")).unwrap();
    let error = reader.append(&StudyId::new("s"), Seq(0), &[failed("a")]).unwrap_err();
    assert!(error.to_string().contains("opened for reading"), "{error}");
}

#[test]
fn times_are_kept_to_the_millisecond() {
    let (_folder, mut store) = new_store();
    let study = StudyId::new("s");
    let before = unix_ms(SystemTime::now());
    store.append(&study, Seq(0), &[failed("a"), failed("b")]).unwrap();
    let times = store.times(&study).unwrap();
    assert_eq!(times.len(), 2);
    assert!(times.iter().all(|t| (before..=unix_ms(SystemTime::now())).contains(&unix_ms(*t))));
    for ms in [0, -1, 1_700_000_000_123, -86_400_000] {
        assert_eq!(from_unix_ms(ms).map(unix_ms), Some(ms));
    }
}
