//! What every event store promises.

mod log;

pub use log::events;
use log::{proposed, reported};
use serde_json::json;
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_core::store::{EventStore, Seq, StudyId};
use surmise_core::trial::{Outcome, Params, TrialId};

/// Runs every check on an empty store.
///
/// # Panics
/// If the store breaks a promise, with a sentence saying which.
pub fn check(store: &mut dyn EventStore) {
    a_new_store_is_empty(store);
    what_was_appended_is_read(store);
    an_append_after_the_wrong_event_changes_nothing(store);
    an_empty_append_changes_nothing(store);
    an_append_is_whole_or_not_at_all(store);
    studies_are_apart_and_sorted(store);
    numbers_survive_bit_for_bit(store);
    any_text_survives(store);
    a_long_log_stays_in_order(store);
}

/// Runs every check on a store that outlasts the value: `open` opens the same, at first empty,
/// store each time. The value before is dropped first.
///
/// # Panics
/// If the store breaks a promise, with a sentence saying which.
pub fn check_lasting(open: &dyn Fn() -> Box<dyn EventStore>) {
    let contents = |store: &dyn EventStore| -> Vec<(StudyId, Vec<Event>)> {
        let studies = store.studies().expect("the studies can be listed");
        studies.into_iter().map(|s| (s.clone(), read(store, &s, 0))).collect()
    };
    let mut store = open();
    check(store.as_mut());
    let before = contents(store.as_ref());
    drop(store);
    let mut store = open();
    let after = contents(store.as_ref());
    assert!(before == after, "a store that is opened again must hold what it held");
    let study = StudyId::new("appended to after opening again");
    append(store.as_mut(), &study, 0, &events()[..2]);
    append(store.as_mut(), &study, 2, &events()[2..]);
    drop(store);
    assert_eq!(read(open().as_ref(), &study, 0), events());
}

fn a_new_store_is_empty(store: &mut dyn EventStore) {
    let studies = store.studies().expect("the studies can be listed");
    assert_eq!(studies, [], "the kit needs an empty store");
    assert_eq!(read(store, &StudyId::new("nowhere"), 0), []);
    assert_eq!(read(store, &StudyId::new("nowhere"), 7), []);
}

fn what_was_appended_is_read(store: &mut dyn EventStore) {
    let (study, log) = (StudyId::new("read"), events());
    append(store, &study, 0, &log[..3]);
    append(store, &study, 3, &log[3..]);
    for from in [0, 1, 3, log.len() - 1, log.len(), log.len() + 5] {
        let expected = log.get(from..).unwrap_or_default();
        assert_eq!(read(store, &study, from as u64), expected, "read from {from}");
    }
    assert_eq!(read(store, &study, u64::MAX), [], "read from beyond any end");
    History::fold(&read(store, &study, 0)).expect("what was read folds to a history");
}

fn an_append_after_the_wrong_event_changes_nothing(store: &mut dyn EventStore) {
    let (study, log) = (StudyId::new("conflict"), events());
    append(store, &study, 0, &log[..4]);
    for wrong in [0, 3, 5, u64::MAX] {
        let error = store.append(&study, Seq(wrong), &log[4..6]);
        let error = error.expect_err("an append after the wrong event must be refused");
        assert!(error.is_conflict(), "refused, but not as a conflict: {error}");
        assert_eq!(read(store, &study, 0), log[..4], "a refused append left something");
    }
    let missing = StudyId::new("conflict on a study that is not there");
    assert!(store.append(&missing, Seq(1), &log[..1]).is_err_and(|e| e.is_conflict()));
    assert!(
        !store.studies().is_ok_and(|all| all.contains(&missing)),
        "a refused append made a study"
    );
}

fn an_empty_append_changes_nothing(store: &mut dyn EventStore) {
    let study = StudyId::new("empty");
    append(store, &study, 0, &[]);
    assert!(
        !store.studies().is_ok_and(|all| all.contains(&study)),
        "an empty append must not make a study"
    );
    append(store, &study, 0, &events()[..2]);
    append(store, &study, 2, &[]);
    assert!(
        store.append(&study, Seq(1), &[]).is_err_and(|e| e.is_conflict()),
        "an empty append still compares"
    );
    assert_eq!(read(store, &study, 0), events()[..2]);
}

/// A value that is not a number has no place in JSON: a store that writes it down must refuse all.
fn an_append_is_whole_or_not_at_all(store: &mut dyn EventStore) {
    let (study, log) = (StudyId::new("whole"), events());
    let nonsense = Event::Reported { trial: TrialId(0), step: 0, value: f64::NAN };
    append(store, &study, 0, &log[..1]);
    let appended = store.append(&study, Seq(1), &[log[1].clone(), nonsense, log[2].clone()]);
    let expected = if appended.is_ok() { 4 } else { 1 };
    assert_eq!(read(store, &study, 0).len(), expected, "an append must be whole or nothing");
}

fn studies_are_apart_and_sorted(store: &mut dyn EventStore) {
    let names = ["b", "a", "a'b\"c", "", "ß/ü 文", "../x;--", "%_", "a b"];
    let before = store.studies().expect("the studies can be listed");
    for (i, name) in names.iter().enumerate() {
        append(store, &StudyId::new(*name), 0, &events()[..=i % 3]);
    }
    for (i, name) in names.iter().enumerate() {
        append(store, &StudyId::new(*name), i as u64 % 3 + 1, &events()[4..5]);
        assert_eq!(
            read(store, &StudyId::new(*name), i as u64 % 3 + 1),
            events()[4..5],
            "study {name:?}"
        );
    }
    let mut expected: Vec<StudyId> = names.iter().map(|n| StudyId::new(*n)).chain(before).collect();
    expected.sort();
    assert_eq!(store.studies().expect("the studies can be listed"), expected);
}

fn numbers_survive_bit_for_bit(store: &mut dyn EventStore) {
    let study = StudyId::new("numbers");
    let numbers = [
        0.1 + 0.2,
        1.0 / 3.0,
        -0.0,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        1e16,
        9007199254740993.0,
    ];
    let events: Vec<Event> =
        (0..).zip(numbers).map(|(step, value)| reported(step, value)).collect();
    append(store, &study, 0, &events);
    let back = read(store, &study, 0);
    for (event, number) in back.iter().zip(numbers) {
        let Event::Reported { value, .. } = event else {
            panic!("another kind of event came back: {event:?}");
        };
        assert_eq!(value.to_bits(), number.to_bits(), "{number:e} came back as {value:e}");
    }
    let integers = [i64::MIN, -1, 1 << 53, (1 << 53) + 1, i64::MAX].map(|n| json!(n));
    let params =
        Params::from_iter([("n".to_owned(), json!(integers)), ("u".to_owned(), json!(u64::MAX))]);
    let event = proposed(0, params);
    append(store, &study, numbers.len() as u64, std::slice::from_ref(&event));
    assert_eq!(read(store, &study, numbers.len() as u64), [event], "whole numbers");
}

fn any_text_survives(store: &mut dyn EventStore) {
    let study = StudyId::new("text");
    let texts = [
        String::new(),
        "naïve 文字 🦀 \u{202e}rtl\u{200b}".into(),
        "quotes ' \" ` and \\ and %s and $1 and ?1".into(),
        "controls \u{0} \u{1} \u{1b}[31m \r\n\t \u{7f}".into(),
        "'); DROP TABLE event; --".into(),
        "x".repeat(4 << 20),
    ];
    let events = texts
        .map(|error| Event::Finished { trial: TrialId(0), outcome: Outcome::Failed { error } });
    append(store, &study, 0, &events);
    let back = read(store, &study, 0);
    assert!(back == events, "a text came back changed");
}

fn a_long_log_stays_in_order(store: &mut dyn EventStore) {
    let study = StudyId::new("long");
    let events: Vec<Event> = (0..3000u32).map(|i| reported(i.into(), f64::from(i) / 7.0)).collect();
    let mut after = 0;
    for batch in events.chunks(271) {
        append(store, &study, after, batch);
        after += batch.len() as u64;
    }
    assert!(read(store, &study, 0) == events, "the log came back in another order");
}

fn append(store: &mut dyn EventStore, study: &StudyId, after: u64, events: &[Event]) {
    let seq = store.append(study, Seq(after), events);
    let seq = seq.unwrap_or_else(|e| panic!("failed to append to `{study}` after {after}: {e}"));
    assert_eq!(seq, Seq(after + events.len() as u64), "append must return the log's new length");
}

fn read(store: &dyn EventStore, study: &StudyId, from: u64) -> Vec<Event> {
    let events = store.read(study, Seq(from));
    events.unwrap_or_else(|e| panic!("failed to read `{study}` from {from}: {e}"))
}
