//! The rows of a fit: whether they can be used, and how much each counts.

use surmise_plugin_sdk::Choice;

use crate::error::SvmError;
use crate::multiclass::Grouping;

/// How much the classes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum ClassWeight {
    /// as much as their rows
    None,
    /// all the same
    Balanced,
}

/// The number of features, if the rows are sound.
pub(crate) fn check_rows(
    rows: &[&[f64]],
    n_targets: usize,
    weights: Option<&[f64]>,
) -> Result<usize, SvmError> {
    let problem = |text: String| Err(SvmError::Data(text));
    let width = rows.first().map_or(0, |row| row.len());
    if width == 0 {
        return problem("needs at least one row and one feature".into());
    }
    if rows.len() != n_targets {
        return problem(format!("{} rows have {n_targets} labels", rows.len()));
    }
    if i32::try_from(rows.len()).is_err() {
        return problem(format!("{} rows are too many for this solver", rows.len()));
    }
    for (r, row) in rows.iter().enumerate() {
        if row.len() != width {
            return problem(format!("row {r} has {} features, row 0 has {width}", row.len()));
        }
        if let Some(feature) = row.iter().position(|value| !value.is_finite()) {
            return problem(format!("feature {feature} of row {r} is {}", row[feature]));
        }
    }
    check_weights(rows.len(), weights)?;
    Ok(width)
}

fn check_weights(n_rows: usize, weights: Option<&[f64]>) -> Result<(), SvmError> {
    let Some(weights) = weights else { return Ok(()) };
    if weights.len() != n_rows {
        return Err(SvmError::Data(format!("{n_rows} rows have {} weights", weights.len())));
    }
    match weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        Some(r) => Err(SvmError::Data(format!("the weight of row {r} is {}", weights[r]))),
        None => Ok(()),
    }
}

/// The rows that count at all.
pub(crate) fn kept(n_rows: usize, weights: Option<&[f64]>) -> Vec<u32> {
    let counts = |r: &u32| weights.is_none_or(|weights| weights[*r as usize] > 0.0);
    (0..n_rows as u32).filter(counts).collect()
}

/// The weight of each class: 1, or such that all classes have the same sum of row weights and all
/// rows together keep theirs, as `class_weight="balanced"` of scikit-learn. `weights` are those of
/// the rows in the order of the grouping.
pub(crate) fn class_weights(
    grouping: &Grouping,
    weights: &[f64],
    class_weight: ClassWeight,
) -> Vec<f64> {
    let sums: Vec<f64> =
        grouping.starts.windows(2).map(|ends| weights[ends[0]..ends[1]].iter().sum()).collect();
    match class_weight {
        ClassWeight::None => vec![1.0; sums.len()],
        ClassWeight::Balanced => {
            let mean = sums.iter().sum::<f64>() / sums.len() as f64;
            sums.iter().map(|sum| mean / sum).collect()
        }
    }
}

/// Rows of a regression that differ in a feature or the target, each with the sum of the weights
/// of its equals: one variable with the sum of the bounds solves the same problem as several.
pub(crate) struct Distinct<'a> {
    /// Where the first of each class of equals stood.
    pub(crate) numbers: Vec<u32>,
    pub(crate) rows: Vec<&'a [f64]>,
    pub(crate) values: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    /// The number of features.
    pub(crate) width: usize,
}

impl<'a> Distinct<'a> {
    /// The distinct ones of some rows, if they are sound and one of them counts.
    pub(crate) fn new(
        rows: &[&'a [f64]],
        values: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, SvmError> {
        let width = check_rows(rows, values.len(), weights)?;
        if let Some(r) = values.iter().position(|value| !value.is_finite()) {
            return Err(SvmError::Data(format!("the target of row {r} is {}", values[r])));
        }
        let (numbers, weights) = merged(rows, values, weights);
        if numbers.is_empty() {
            return Err(SvmError::Data("no row has a positive weight".into()));
        }
        Ok(Self {
            rows: numbers.iter().map(|&r| rows[r as usize]).collect(),
            values: numbers.iter().map(|&r| values[r as usize]).collect(),
            numbers,
            weights,
            width,
        })
    }
}

/// The first of each class of equal rows, and what the weights of the class sum to.
fn merged(rows: &[&[f64]], values: &[f64], weights: Option<&[f64]>) -> (Vec<u32>, Vec<f64>) {
    let bits = |r: u32| {
        let row = rows[r as usize].iter().chain([&values[r as usize]]);
        row.map(|value| value.to_bits())
    };
    let mut sorted = kept(rows.len(), weights);
    sorted.sort_by(|a, b| bits(*a).cmp(bits(*b)).then(a.cmp(b)));
    let groups = sorted.chunk_by(|a, b| bits(*a).eq(bits(*b)));
    let weight = |r: &u32| weights.map_or(1.0, |weights| weights[*r as usize]);
    let mut found: Vec<(u32, f64)> =
        groups.map(|equal| (equal[0], equal.iter().map(weight).sum())).collect();
    found.sort_by_key(|(row, _)| *row);
    found.into_iter().unzip()
}

/// What the hyperparameter `gamma` is where 0 asks for the scale of the features: for rows that
/// count differently, by the variance of values that do, so that a row of weight 2 is as good as
/// two.
pub(crate) fn gamma(given: f64, rows: &[&[f64]], weights: Option<&[f64]>) -> f64 {
    let Some(weights) = weights.filter(|_| given == 0.0) else { return given };
    let values = || rows.iter().zip(weights).flat_map(|(row, w)| row.iter().map(move |v| (*v, *w)));
    let total: f64 = values().map(|(_, w)| w).sum();
    let mean = values().map(|(v, w)| w * v).sum::<f64>() / total;
    let variance = values().map(|(v, w)| w * (v - mean).powi(2)).sum::<f64>() / total;
    let n_features = rows.first().map_or(0, |row| row.len()) as f64;
    if variance > 0.0 { 1.0 / (n_features * variance) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_become_the_first_of_them() {
        let rows: [&[f64]; 5] = [&[2.0], &[1.0], &[2.0], &[2.0], &[1.0]];
        let values = [1.0, 1.0, 1.0, 0.0, 1.0];
        assert_eq!(merged(&rows, &values, None), (vec![0, 1, 3], vec![2.0, 2.0, 1.0]));
        let weights = [0.0, 1.0, 3.0, 0.5, 0.25];
        let expected = (vec![1, 2, 3], vec![1.25, 3.0, 0.5]);
        assert_eq!(merged(&rows, &values, Some(&weights)), expected);
    }

    #[test]
    fn the_scale_of_weighted_rows_is_that_of_repeated_ones() {
        let (once, twice): ([&[f64]; 2], [&[f64]; 3]) =
            ([&[1.0, 3.0], &[5.0, 8.0]], [&[1.0, 3.0], &[5.0, 8.0], &[5.0, 8.0]]);
        let weighted = gamma(0.0, &once, Some(&[1.0, 2.0]));
        assert!((weighted - crate::kernel::scale_gamma(&twice)).abs() < 1e-15);
        assert_eq!(gamma(0.5, &once, Some(&[1.0, 2.0])), 0.5);
        assert_eq!(gamma(0.0, &once, None), 0.0);
    }

    #[test]
    fn balanced_classes_weigh_the_same() {
        let grouping = Grouping::new(&[0, 1, 0, 0]);
        let weights = [1.0, 1.0, 1.0, 6.0];
        let found = class_weights(&grouping, &weights, ClassWeight::Balanced);
        assert_eq!(found, [1.5, 0.75]);
        assert_eq!(class_weights(&grouping, &weights, ClassWeight::None), [1.0, 1.0]);
    }
}
