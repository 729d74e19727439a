//! Golden numbers.

use serde_json::Value;

use crate::repository;

/// A file of `tests/golden`.
#[must_use]
pub fn golden(name: &str) -> Value {
    let file = repository().join("tests/golden").join(name);
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The numbers of a list, or of a list of lists.
#[must_use]
pub fn floats(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(floats).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

/// A list of places.
#[must_use]
pub fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

/// A list of such lists.
#[must_use]
pub fn places(value: &Value) -> Vec<Vec<usize>> {
    value.as_array().unwrap().iter().map(indices).collect()
}

/// Asserts that numbers are near each other: by more than `tolerance` neither absolutely nor, of
/// those beyond 1, relatively.
pub fn check_close(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (ours, theirs) in ours.iter().zip(theirs) {
        let far = (ours - theirs).abs() / theirs.abs().max(1.0);
        assert!(far <= tolerance, "{what}: {ours} and {theirs}");
    }
}
