//! Fitting: from rows and labels to a [`Classifier`].

use crate::calibrate::sigmoids;
use crate::classifier::{Classifier, Settings, coefficient_row};
use crate::dual::largest_nu;
use crate::error::SvmError;
use crate::kernel::Kernel;
use crate::multiclass::{Grouping, pairs};
use crate::pair::Machines;
use crate::rows::Panels;
use crate::sample::{ClassWeight, check_rows, class_weights, kept};
use crate::source::Source;

/// What a classifier is fitted to.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// Rows of features.
    pub rows: &'a [&'a [f64]],
    /// The class code of each row.
    pub labels: &'a [u32],
    /// How much each row counts, as if it were there so often; not at all with 0. `None`: once.
    pub weights: Option<&'a [f64]>,
    /// How much the classes count beside that.
    pub class_weight: ClassWeight,
    /// `ν` of ν-SVC, which then takes the place of `C`: in (0, 1].
    pub nu: Option<f64>,
    /// Whether to estimate probabilities, and the seed of the folds that this takes.
    pub probability: Option<u64>,
}

impl<'a> Training<'a> {
    /// Rows of equal weight for C-SVC without probabilities.
    #[must_use]
    pub fn new(rows: &'a [&'a [f64]], labels: &'a [u32]) -> Self {
        let class_weight = ClassWeight::None;
        Self { rows, labels, weights: None, class_weight, nu: None, probability: None }
    }
}

/// See [`Classifier::train`].
pub(crate) fn fit(
    training: &Training<'_>,
    settings: &Settings,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Classifier, SvmError> {
    check_settings(settings)?;
    let width = check_rows(training.rows, training.labels.len(), training.weights)?;
    let kept = kept(training.rows.len(), training.weights);
    let labels: Vec<u32> = kept.iter().map(|&r| training.labels[r as usize]).collect();
    let mut grouping = Grouping::new(&labels);
    // From here on the numbers of the rows as they were given.
    grouping.order.iter_mut().for_each(|row| *row = kept[*row as usize]);
    let n_classes = grouping.classes.len();
    if n_classes < 2 {
        return Err(SvmError::Data(format!(
            "needs rows of at least two classes, found {n_classes}"
        )));
    }
    let mut table = Vec::with_capacity(grouping.order.len() * width);
    for &r in &grouping.order {
        table.extend_from_slice(training.rows[r as usize]);
    }
    let weights: Vec<f64> =
        grouping.order.iter().map(|&r| training.weights.map_or(1.0, |w| w[r as usize])).collect();
    let costs = costs(training, settings, &grouping, &weights)?;
    let is_for_several = n_classes > 2 || training.probability.is_some();
    let (kernel, bytes) = (settings.kernel, settings.cache_bytes);
    let source = Source::new(kernel, table, width, bytes, is_for_several);
    let machines = Machines { source, costs: &costs, nu: training.nu, settings };

    let mut classifier = one_versus_one(&machines, &grouping, interrupt)?;
    if let Some(seed) = training.probability {
        classifier.sigmoids = sigmoids(&machines, &grouping, &weights, seed, interrupt)?;
    }
    Ok(classifier)
}

/// Whether these can be used.
pub(crate) fn check_settings(settings: &Settings) -> Result<(), SvmError> {
    let (gamma, coef0) = settings.kernel.parameters();
    let positive =
        [("C", settings.c), ("tol", settings.tolerance), ("gamma", gamma.unwrap_or(1.0))];
    if let Some((name, value)) = positive.iter().find(|(_, v)| !(v.is_finite() && *v > 0.0)) {
        let text = format!("`{name}` must be positive and finite, found {value}");
        return Err(SvmError::Setting(text));
    }
    match coef0.filter(|coef0| !coef0.is_finite()) {
        Some(coef0) => Err(SvmError::Setting(format!("`coef0` must be finite, found {coef0}"))),
        None => Ok(()),
    }
}

/// `ν` outside of (0, 1] is an error.
pub(crate) fn check_nu(nu: f64) -> Result<(), SvmError> {
    match 0.0 < nu && nu <= 1.0 {
        true => Ok(()),
        false => Err(SvmError::Setting(format!("`nu` must be in (0, 1], found {nu}"))),
    }
}

/// The largest `α` of each grouped row: its weights, times `C` where there is no `ν`.
fn costs(
    training: &Training<'_>,
    settings: &Settings,
    grouping: &Grouping,
    weights: &[f64],
) -> Result<Vec<f64>, SvmError> {
    let factors = class_weights(grouping, weights, training.class_weight);
    let c = if training.nu.is_some() { 1.0 } else { settings.c };
    let of_classes = grouping.starts.windows(2).zip(factors);
    let costs: Vec<f64> = of_classes
        .flat_map(|(ends, factor)| weights[ends[0]..ends[1]].iter().map(move |w| c * factor * w))
        .collect();
    if costs.iter().any(|cost| !(cost.is_finite() && *cost > 0.0)) {
        return Err(SvmError::Overflow);
    }
    if let Some(nu) = training.nu {
        check_nu(nu)?;
        check_feasible(nu, grouping, &costs)?;
    }
    Ok(costs)
}

fn check_feasible(nu: f64, grouping: &Grouping, costs: &[f64]) -> Result<(), SvmError> {
    let sums: Vec<f64> =
        grouping.starts.windows(2).map(|ends| costs[ends[0]..ends[1]].iter().sum()).collect();
    let of_pairs = pairs(sums.len()).map(|(a, b)| largest_nu(sums[a], sums[b]));
    let largest = of_pairs.fold(1.0, f64::min);
    // Sums of balanced weights are equal but for rounding.
    match nu <= largest * (1.0 + 1e-12) {
        true => Ok(()),
        false => Err(SvmError::InfeasibleNu { nu, largest }),
    }
}

fn one_versus_one(
    machines: &Machines<'_>,
    grouping: &Grouping,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Classifier, SvmError> {
    let n_rows = grouping.order.len();
    let n_classes = grouping.classes.len();
    let mut duals = vec![0.0; (n_classes - 1) * n_rows];
    let mut biases = Vec::new();
    for (a, b) in pairs(n_classes) {
        let (of_a, of_b) = (grouping.rows(a), grouping.rows(b));
        let machine = machines.solve(&of_a, &of_b, interrupt)?;
        biases.push(machine.bias);
        let (of_a, of_b) = machine.beta.split_at(of_a.len());
        for (class, other, betas) in [(a, b, of_a), (b, a, of_b)] {
            let start = coefficient_row(class, other) * n_rows + grouping.starts[class];
            duals[start..start + betas.len()].copy_from_slice(betas);
        }
    }
    Ok(assemble(grouping, machines.source.table(), machines.settings.kernel, &duals, biases))
}

/// Keeps the rows with a coefficient in any pair.
fn assemble(
    grouping: &Grouping,
    table: &[f64],
    kernel: Kernel,
    duals: &[f64],
    biases: Vec<f64>,
) -> Classifier {
    let n_rows = grouping.order.len();
    let width = table.len() / n_rows;
    let is_support = |row: &usize| duals[*row..].iter().step_by(n_rows).any(|&beta| beta != 0.0);
    let kept: Vec<usize> = (0..n_rows).filter(is_support).collect();
    let starts =
        grouping.starts.iter().map(|&start| kept.partition_point(|&row| row < start)).collect();
    let mut coefficients = Vec::with_capacity(duals.len() / n_rows * kept.len());
    for duals in duals.chunks_exact(n_rows) {
        coefficients.extend(kept.iter().map(|&row| duals[row]));
    }
    Classifier {
        kernel,
        n_features: width,
        classes: grouping.classes.clone(),
        starts,
        support: kept.iter().map(|&row| grouping.order[row]).collect(),
        vectors: Panels::pack(width, kept.iter().map(|&row| &table[row * width..][..width])),
        weights: None,
        coefficients,
        biases,
        sigmoids: Vec::new(),
    }
    .with_weights()
}
