//! A run that was killed while its store was being made.

use std::fs;
use std::path::Path;

use crate::support::{Bench, STUDY};

/// What was left where the store goes, and how.
type Left = (&'static str, fn(&Path));

#[test]
fn a_run_is_resumed_whenever_the_making_of_its_store_was_cut_short() {
    let bench = Bench::with(STUDY);
    let trials = "search.trials=3";
    bench.ok(&["run", "study.yaml", "--quiet", "--set", trials]);
    let events = bench.events("study-1");
    let folder = bench.path().join("runs/study-1");
    let cases: [Left; 3] = [
        ("no store", |_| ()),
        ("an empty store", |folder| fs::write(folder.join("study.db"), "").unwrap()),
        ("half a store under its temporary name", |folder| {
            fs::write(folder.join("study.db.partial"), "SQLite format 3\0").unwrap();
        }),
    ];
    for (what, leave) in cases {
        fs::remove_file(folder.join("study.db")).unwrap();
        fs::remove_file(folder.join("model.bin")).unwrap();
        leave(&folder);
        bench.ok(&["resume", "study-1", "--quiet"]);
        assert_eq!(bench.events("study-1"), events, "{what}");
        assert!(!folder.join("study.db.partial").exists(), "{what}");
    }
}
