//! Checks that the derives evaluate when the author's crate compiles.

use surmise_plugin_abi::names::is_hyperparameter;

/// Holds a field's name to what a host takes; the derive evaluates it when it compiles.
///
/// # Panics
/// If the name is not 1 to 64 of `A-Z a-z 0-9 _`, which is then a compile error.
pub const fn check_name(name: &str) {
    assert!(is_hyperparameter(name), "a hyperparameter's name is 1 to 64 of A-Z a-z 0-9 _");
}

/// Holds a float's description together; the derive evaluates it when it compiles.
///
/// # Panics
/// If the description contradicts itself, which is then a compile error.
pub const fn check_float(low: f64, default: f64, high: f64, log: bool) {
    assert!(low.is_finite() && high.is_finite(), "both ends of the range must be finite");
    assert!(low <= high, "the range is empty");
    assert!(low <= default && default <= high, "the default lies outside the range");
    assert!(!log || 0.0 < low, "`log` needs a range above zero");
}

/// Holds a list's description together; the derive evaluates it for each entry of the default when
/// it compiles.
///
/// # Panics
/// If the description contradicts itself, which is then a compile error.
pub const fn check_entry(low: i128, entry: i128, high: i128) {
    assert!(low <= entry && entry <= high, "an entry of the default lies outside the range");
}

/// Holds an integer's description together; the derive evaluates it when it compiles.
///
/// # Panics
/// If the description contradicts itself, which is then a compile error.
pub const fn check_int(low: i128, default: i128, high: i128, log: bool) {
    const EXACT: i128 = 1 << 53;
    assert!(-EXACT <= low && high <= EXACT, "integers must stay within ±2^53");
    assert!(low <= high, "the range is empty");
    assert!(low <= default && default <= high, "the default lies outside the range");
    assert!(!log || 0 < low, "`log` needs a range above zero");
}
