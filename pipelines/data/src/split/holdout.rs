//! One part held out for testing.

use surmise_core::seed::Seed;

use super::{Fold, shuffle};
use crate::dataset::Target;
use crate::error::{Error, Kind, Result};

/// Draws a test part of ⌈`fraction` · n⌉ of the n rows, at least one and at most n − 1.
///
/// Stratified, that number is shared out to the classes by their size: each gets the whole part of
/// its share, then those with the largest remainders one more (of equal ones, the first in the
/// target's order). Every class of two rows or more is kept in both parts, which may change the
/// total; a class of one row trains.
///
/// # Errors
/// If `fraction` is not between 0 and 1, if there are fewer than two rows, or if `stratify` is
/// asked for a regression, or for classes none of which has two rows.
pub fn holdout(target: &Target, fraction: f64, stratify: bool, seed: Seed) -> Result<Fold> {
    let n_rows = target.len();
    if !(0.0 < fraction && fraction < 1.0) {
        return refuse(format!("a test fraction lies between 0 and 1, not at {fraction}"));
    }
    if n_rows < 2 {
        return refuse("a single row cannot be split into a training and a test part".into());
    }
    let n_test = ((fraction * n_rows as f64).ceil() as usize).clamp(1, n_rows - 1);
    let mut is_test = vec![false; n_rows];
    let groups = match target {
        _ if !stratify => vec![((0..n_rows).collect(), n_test)],
        Target::Classes { codes, names } => shares(codes, names.len(), n_test),
        Target::Values(_) => {
            return refuse("only classes can be stratified, and the target is a number".into());
        }
    };
    for (group, (mut rows, share)) in groups.into_iter().enumerate() {
        shuffle(&mut rows, seed.child("class").child(group));
        for row in rows.into_iter().take(share) {
            is_test[row] = true;
        }
    }
    if !is_test.contains(&true) {
        return refuse("a stratified split needs a class with at least two rows".into());
    }
    Ok(Fold::from_mask(is_test.into_iter()))
}

/// For each class its rows and how many of them test.
fn shares(codes: &[u32], n_classes: usize, n_test: usize) -> Vec<(Vec<usize>, usize)> {
    let mut classes: Vec<(Vec<usize>, usize)> = vec![(Vec::new(), 0); n_classes];
    for (row, &code) in codes.iter().enumerate() {
        classes[code as usize].0.push(row);
    }
    // In integers, so that no rounding decides: a share is size · n_test / n.
    let share = |rows: &[usize]| rows.len() as u128 * n_test as u128;
    let n_rows = codes.len() as u128;
    let mut by_remainder: Vec<usize> = (0..n_classes).collect();
    by_remainder.sort_by_key(|&class| std::cmp::Reverse(share(&classes[class].0) % n_rows));
    for (rows, test) in &mut classes {
        *test = (share(rows) / n_rows) as usize; // at most the class's size
    }
    let given: usize = classes.iter().map(|(_, test)| test).sum();
    for &class in by_remainder.iter().take(n_test - given) {
        classes[class].1 += 1;
    }
    for (rows, test) in &mut classes {
        *test = match rows.len() {
            0 | 1 => 0,
            size => (*test).clamp(1, size - 1),
        };
    }
    classes
}

fn refuse(message: String) -> Result<Fold> {
    Err(Error::new(Kind::Split, message))
}
