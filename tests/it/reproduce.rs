//! A saved run is executed again and compared, trial by trial.

use crate::support::{Bench, STUDY};

#[test]
fn an_unchanged_run_is_identical() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let said = bench.ok(&["reproduce", "study-1"]);
    assert_eq!(said.matches("  identical").count(), 12, "{said}");
    assert!(said.contains("identical: 12 trials identical, 0 differ"), "{said}");
}

#[test]
fn one_changed_byte_of_the_data_is_named() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let mut data = bench.read("data/iris.csv");
    let at = data.windows(3).position(|w| w == b"5.1").unwrap();
    data[at] = b'9';
    bench.write("data/iris.csv", data);
    let finished = bench.run(&["reproduce", "study-1"]);
    assert!(finished.out.contains("iris.csv changed: sha256"), "{}", finished.out);
    // The verdict on each trial is still given: a changed byte need not change a score.
    let verdicts = finished.out.lines().filter(|l| l.starts_with("trial ")).count();
    assert_eq!(verdicts, 12, "{}", finished.out);
    assert!(finished.out.contains("but the data changed"), "{}", finished.out);
    assert_eq!(finished.code, 8, "{}", finished.out);
}

/// Whoever edits the log is found out: the first event that differs is shown as it was and is.
#[test]
fn a_forged_score_is_found() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet"]);
    let store = bench.path().join("runs/study-1/study.db");
    let connection = rusqlite::Connection::open(store).unwrap();
    let guard: String = connection
        .query_row("select sql from sqlite_schema where name = 'event_is_fixed'", [], |r| r.get(0))
        .unwrap();
    let forge = "drop trigger event_is_fixed; \
                 update event set payload = json_set(payload, '$.value', 0.125) \
                 where kind = 'reported' and trial = 4 and json_extract(payload, '$.step') = 1;";
    connection.execute_batch(&format!("{forge}{guard}")).unwrap();
    drop(connection);
    let finished = bench.run(&["reproduce", "study-1"]);
    assert_eq!(finished.code, 8, "{}{}", finished.out, finished.err);
    assert!(finished.out.contains("trial 4  differs"), "{}", finished.out);
    assert!(finished.out.contains("0.125"), "{}", finished.out);
    assert!(finished.out.contains("trial 3  identical"), "{}", finished.out);
}
