//! From what a fit is given to the rows it trains on and those it is judged by.

use surmise_plugin_sdk::{Error, Random, Result};

use crate::loss::Loss;
use crate::settings::{Data, Settings, Target};
use crate::tree::Node;

/// Rows that have a weight.
#[derive(Debug, Default)]
pub(crate) struct Prepared<'a> {
    pub(crate) rows: Vec<&'a [f64]>,
    /// Numbers or class codes.
    pub(crate) y: Vec<f64>,
    pub(crate) weights: Option<Vec<f64>>,
    /// How many rows each counts as, where that is not one.
    pub(crate) counts: Option<Vec<u32>>,
}

impl Prepared<'_> {
    /// How many rows there are, where some count as several.
    pub(crate) fn n_rows(&self) -> usize {
        let sum = |counts: &Vec<u32>| counts.iter().map(|count| *count as usize).sum();
        self.counts.as_ref().map_or(self.rows.len(), sum)
    }

    /// The sum of weights.
    pub(crate) fn weight(&self) -> f64 {
        self.weights.as_ref().map_or(self.rows.len() as f64, |weights| weights.iter().sum())
    }
}

/// More cannot be counted.
const MOST_ROWS: usize = 1 << 31;

/// Training and validation rows; the latter none where there is no use for them.
pub(crate) fn prepare<'a>(
    train: &Data<'a>,
    validation: Option<&Data<'a>>,
    settings: &Settings,
    seed: u64,
) -> Result<(Prepared<'a>, Prepared<'a>)> {
    check(train, settings)?;
    let all = weighted(train, settings);
    if let Some(validation) = validation {
        check_target(validation, settings.loss)?;
        return Ok((
            all,
            weighted(validation, &Settings { is_balanced: false, ..settings.clone() }),
        ));
    }
    let Some(stopping) = settings.stopping else { return Ok((all, Prepared::default())) };
    let is_class = matches!(train.target, Target::Classes { .. });
    let held_out = held_out(&all.y, is_class, stopping.validation_fraction, seed);
    let part = |is_held_out: bool| {
        let chosen = || (0..all.y.len()).filter(|&i| held_out[i] == is_held_out);
        Prepared {
            rows: chosen().map(|i| all.rows[i]).collect(),
            y: chosen().map(|i| all.y[i]).collect(),
            weights: all.weights.as_ref().map(|w| chosen().map(|i| w[i]).collect()),
            counts: all.counts.as_ref().map(|counts| chosen().map(|i| counts[i]).collect()),
        }
    };
    let (train, validation) = (part(false), part(true));
    if train.rows.is_empty() || validation.rows.is_empty() {
        return Err(Error::invalid(format!(
            "of {} rows, `validation_fraction` {} leaves none to train on or none to judge by: \
             change it or switch `early_stopping` off",
            all.rows.len(),
            stopping.validation_fraction
        )));
    }
    Ok((train, validation))
}

/// Without rows that weigh nothing.
fn weighted<'a>(data: &Data<'a>, settings: &Settings) -> Prepared<'a> {
    let weight = |i: usize| data.weights.map_or(1.0, |weights| weights[i]);
    let chosen: Vec<usize> = (0..data.rows.len()).filter(|&i| weight(i) > 0.0).collect();
    let y: Vec<f64> = match data.target {
        Target::Classes { codes, .. } => chosen.iter().map(|&i| f64::from(codes[i])).collect(),
        Target::Numbers(values) => chosen.iter().map(|&i| values[i]).collect(),
    };
    let mut weights: Vec<f64> = chosen.iter().map(|&i| weight(i)).collect();
    let is_even = weights.iter().all(|weight| *weight == 1.0);
    let counts = if is_even { None } else { counts(&weights) };
    let balanced = match data.target {
        Target::Classes { n_classes, .. } if settings.is_balanced => {
            balance(&mut weights, &y, n_classes);
            true
        }
        _ => false,
    };
    let weights = (balanced || !is_even).then_some(weights);
    Prepared { rows: chosen.iter().map(|&i| data.rows[i]).collect(), y, weights, counts }
}

/// Weights that are whole numbers count rows, if no more than there can be.
fn counts(weights: &[f64]) -> Option<Vec<u32>> {
    let is_whole = weights.iter().all(|weight| weight.fract() == 0.0);
    let fits = is_whole && weights.iter().sum::<f64>() < MOST_ROWS as f64;
    fits.then(|| weights.iter().map(|weight| *weight as u32).collect())
}

/// Times `w / (K w_c)`, over the `K` classes that have rows.
fn balance(weights: &mut [f64], y: &[f64], n_classes: usize) {
    let mut sums = vec![0.0; n_classes];
    y.iter().zip(&*weights).for_each(|(y, weight)| sums[*y as usize] += weight);
    let n_there = sums.iter().filter(|sum| **sum > 0.0).count() as f64;
    let total: f64 = sums.iter().sum();
    for (weight, y) in weights.iter_mut().zip(y) {
        *weight *= total / (n_there * sums[*y as usize]);
    }
}

/// Draws rows to hold out: the same share of each class, or of all.
fn held_out(y: &[f64], is_class: bool, share: f64, seed: u64) -> Vec<bool> {
    let mut random = Random::named(seed, "validation");
    let mut held_out = vec![false; y.len()];
    let mut strata: Vec<Vec<usize>> = Vec::new();
    for (i, y) in y.iter().enumerate() {
        let stratum = if is_class { *y as usize } else { 0 };
        if strata.len() <= stratum {
            strata.resize_with(stratum + 1, Vec::new);
        }
        strata[stratum].push(i);
    }
    for mut rows in strata {
        for i in 0..(share * rows.len() as f64).round() as usize {
            let j = i + random.below(rows.len() - i);
            rows.swap(i, j);
            held_out[rows[i]] = true;
        }
    }
    held_out
}

fn check(data: &Data<'_>, settings: &Settings) -> Result<()> {
    let n_features = data.rows.first().map_or(0, |row| row.len());
    let invalid = |message: String| Err(Error::invalid(message));
    if n_features == 0 {
        return invalid("boosting needs at least one row and one feature".into());
    }
    if n_features >= Node::MAX_FEATURES || data.rows.len() >= MOST_ROWS {
        return invalid("there are more rows or features than boosting can count".into());
    }
    if let Some(i) = data.rows.iter().position(|row| row.len() != n_features) {
        return invalid(format!("row {i} has {} features, row 0 {n_features}", data.rows[i].len()));
    }
    let n_signs = settings.monotone.len();
    if n_signs != 0 && n_signs != n_features {
        return invalid(format!(
            "`monotonic_cst` has {n_signs} entries for {n_features} features: give one for each"
        ));
    }
    if settings.monotone.iter().any(|sign| *sign != 0) && settings.loss.n_outputs() > 1 {
        return invalid("`monotonic_cst` is for numbers and for two classes, not for more".into());
    }
    check_target(data, settings.loss)
}

fn check_target(data: &Data<'_>, loss: Loss) -> Result<()> {
    let n_rows = data.rows.len();
    let n = match data.target {
        Target::Classes { codes, .. } => codes.len(),
        Target::Numbers(values) => values.len(),
    };
    let fits = |n: usize| n == n_rows;
    if !fits(n) || !data.weights.is_none_or(|weights| fits(weights.len())) {
        return Err(Error::invalid(format!("{n_rows} rows need as many targets and weights")));
    }
    let is_right = match (data.target, loss) {
        (Target::Classes { codes, n_classes }, Loss::Multinomial(k)) => {
            n_classes == k && codes.iter().all(|code| (*code as usize) < k)
        }
        (Target::Classes { codes, n_classes }, Loss::Binomial) => {
            n_classes == 2 && codes.iter().all(|code| *code < 2)
        }
        (Target::Numbers(_), Loss::Binomial | Loss::Multinomial(_)) => false,
        (Target::Numbers(values), _) => values.iter().all(|value| value.is_finite()),
        (Target::Classes { .. }, _) => false,
    };
    if !is_right {
        let kind =
            if matches!(data.target, Target::Classes { .. }) { "classes" } else { "numbers" };
        return Err(Error::invalid(format!("the loss {loss:?} does not fit these {kind}")));
    }
    let Target::Numbers(values) = data.target else { return Ok(()) };
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    match loss {
        Loss::Poisson if least < 0.0 || values.iter().all(|value| *value == 0.0) => {
            Err(Error::invalid("the Poisson loss needs numbers that are not negative nor all zero"))
        }
        Loss::Gamma if least <= 0.0 => {
            Err(Error::invalid("the gamma loss needs numbers above zero"))
        }
        _ => Ok(()),
    }
}
