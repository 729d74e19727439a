//! The same seed gives the same events, another seed others, whatever the threads.

use crate::support::{Bench, STUDY};

#[test]
fn the_seed_decides_and_nothing_else_does() {
    let bench = Bench::with(STUDY);
    bench.ok(&["run", "study.yaml", "--quiet", "--threads", "1"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--threads", "4"]);
    bench.ok(&["run", "study.yaml", "--quiet", "--seed", "4"]);
    let [first, second, other] = ["study-1", "study-2", "study-3"].map(|run| bench.events(run));
    assert_eq!(first, second);
    assert_eq!(bench.read("runs/study-1/model.bin"), bench.read("runs/study-2/model.bin"));
    assert_ne!(first[3..], other[3..]);
}

#[test]
fn a_declared_width_changes_what_proposals_see_but_not_from_run_to_run() {
    let bench = Bench::with(STUDY);
    for _ in 0..2 {
        bench.ok(&["run", "study.yaml", "--quiet", "--set", "search.parallel=4"]);
    }
    assert_eq!(bench.events("study-1"), bench.events("study-2"));
}
