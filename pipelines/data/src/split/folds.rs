//! K-fold cross-validation, plain and stratified.

use surmise_core::seed::Seed;

use super::{Fold, shuffle};
use crate::error::{Error, Kind, Result};

/// `k` folds of rows 0 to `n_rows` − 1; each row is tested exactly once.
///
/// Test parts are runs of consecutive rows, the first `n_rows mod k` one longer than the rest: the
/// folds of scikit-learn's `KFold(k)`. With a seed the rows are put in random order first.
///
/// # Errors
/// If `k` is below 2 or above the number of rows.
pub fn kfold(n_rows: usize, k: usize, seed: Option<Seed>) -> Result<Vec<Fold>> {
    check_k(k, n_rows)?;
    let mut order: Vec<usize> = (0..n_rows).collect();
    if let Some(seed) = seed {
        shuffle(&mut order, seed);
    }
    let mut fold_of = vec![0; n_rows];
    let mut rows = order.into_iter();
    for fold in 0..k {
        let size = n_rows / k + usize::from(fold < n_rows % k);
        for row in rows.by_ref().take(size) {
            fold_of[row] = fold;
        }
    }
    Ok(folds(&fold_of, k))
}

/// `k` folds in which every class has the share it has in all rows, as far as counts allow.
///
/// The folds of scikit-learn's `StratifiedKFold(k)`: write down the classes, in order of first
/// appearance, each as often as it occurs, and deal this list out to the folds in turn; that is how
/// many rows of each class a fold tests. The rows of a class go to the folds in order, those for
/// the first fold first. With a seed they go in random order, each class by a stream of its own.
///
/// # Errors
/// If `k` is below 2, above the number of rows, or above the size of every class. As in
/// scikit-learn a class smaller than `k` is allowed beside a larger one; some folds then test none
/// of it.
pub fn stratified_kfold(codes: &[u32], k: usize, seed: Option<Seed>) -> Result<Vec<Fold>> {
    check_k(k, codes.len())?;
    let classes = rows_by_class(codes);
    let largest = classes.iter().map(Vec::len).max().unwrap_or(0);
    if largest < k {
        return Err(refused(format!(
            "{k} stratified folds need a class with {k} rows or more, but the largest class has \
             {largest}; use fewer folds, or do not stratify"
        )));
    }
    let mut fold_of = vec![0; codes.len()];
    let mut dealt = 0;
    for (class, rows) in classes.iter().enumerate() {
        let mut places: Vec<usize> = (dealt..dealt + rows.len()).map(|i| i % k).collect();
        dealt += rows.len();
        places.sort_unstable();
        if let Some(seed) = seed {
            shuffle(&mut places, seed.child("class").child(class));
        }
        for (&row, place) in rows.iter().zip(places) {
            fold_of[row] = place;
        }
    }
    Ok(folds(&fold_of, k))
}

/// The rows of each class, the classes in order of first appearance.
fn rows_by_class(codes: &[u32]) -> Vec<Vec<usize>> {
    let mut index_of = std::collections::BTreeMap::new();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (row, code) in codes.iter().enumerate() {
        let index = *index_of.entry(code).or_insert(classes.len());
        if index == classes.len() {
            classes.push(Vec::new());
        }
        classes[index].push(row);
    }
    classes
}

fn folds(fold_of: &[usize], k: usize) -> Vec<Fold> {
    (0..k).map(|fold| Fold::from_mask(fold_of.iter().map(|f| *f == fold))).collect()
}

fn check_k(k: usize, n_rows: usize) -> Result<()> {
    if k < 2 {
        return Err(refused(format!("{k} folds: at least 2 are needed")));
    }
    if n_rows < k {
        return Err(refused(format!(
            "{k} folds of {n_rows} rows: every fold needs a row to test; use at most {n_rows}"
        )));
    }
    Ok(())
}

fn refused(message: String) -> Error {
    Error::new(Kind::Split, message)
}
