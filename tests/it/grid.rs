//! The article's grid search gives scikit-learn's numbers.

use serde_json::Value;

use crate::support::{Bench, repository};

/// Source: scikit-learn 1.9.1, `GridSearchCV(SVC(), grid, cv=StratifiedKFold(5))` on iris; see
/// tests/golden/README.md.
#[test]
fn all_32_cells_and_the_best_are_scikit_learns() {
    let golden = repository().join("tests/golden/gridsearch_iris_svc.json");
    let golden: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let bench = Bench::new();
    let pipeline = repository().join("pipelines/examples/grid-search-svc.yaml");
    bench.ok(&["run", pipeline.to_str().unwrap(), "--quiet"]);
    let shown: Value = serde_json::from_str(&bench.ok(&["show", "iris-grid-1", "--json"])).unwrap();

    let cells = golden["cells"].as_array().unwrap();
    let trials = shown["all"].as_array().unwrap();
    assert_eq!((cells.len(), trials.len()), (32, 32));
    for (cell, trial) in cells.iter().zip(trials) {
        for name in ["C", "gamma", "kernel"] {
            let (a, b) = (&cell["params"][name], &trial["params"][format!("model.params.{name}")]);
            assert!(a == b || a.as_f64() == b.as_f64(), "{name}: {a} and {b}");
        }
        let scores = cell["split_test_scores"].as_array().unwrap();
        for (ours, theirs) in trial["reports"].as_array().unwrap().iter().zip(scores) {
            assert!((ours.as_f64().unwrap() - theirs.as_f64().unwrap()).abs() < 1e-12);
        }
        let mean = cell["mean_test_score"].as_f64().unwrap();
        let value = trial["outcome"]["value"].as_f64().unwrap();
        assert!((value - mean).abs() < 1e-9, "{} gives {value}, not {mean}", cell["params"]);
    }
    let first = cells.iter().position(|cell| cell["rank"] == 1).unwrap();
    assert_eq!(shown["best"]["trial"], first);
}
