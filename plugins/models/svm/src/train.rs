//! Fitting: from rows and labels to a [`Classifier`].

use crate::cache::RowCache;
use crate::classifier::{Classifier, Settings, coefficient_row};
use crate::error::SvmError;
use crate::gram::{Computed, Gram, Members, Shared};
use crate::kernel::Kernel;
use crate::multiclass::{Grouping, pairs};
use crate::rows::Panels;
use crate::smo::{SmoSettings, Solution, solve};

/// Iterations after which a two-class problem is given up: libsvm's own bound, this many or
/// [`ITERATIONS_MAX_PER_ROW`] for each row, whichever is more.
const ITERATIONS_MAX: u64 = 10_000_000;
const ITERATIONS_MAX_PER_ROW: u64 = 100;

/// See [`Classifier::fit`].
pub(crate) fn fit(
    rows: &[&[f64]],
    labels: &[u32],
    settings: &Settings,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<Classifier, SvmError> {
    check_settings(settings)?;
    let width = check_data(rows, labels)?;
    let grouping = Grouping::new(labels);
    let n_classes = grouping.classes.len();
    if n_classes < 2 {
        return Err(SvmError::Data(format!(
            "needs rows of at least two classes, found {n_classes}"
        )));
    }
    let table: Vec<f64> = grouping.order.iter().flat_map(|&r| rows[r as usize]).copied().collect();
    let trainer = Trainer::new(&grouping, &table, width, settings);

    let mut duals = vec![0.0; (n_classes - 1) * labels.len()];
    let mut biases = Vec::new();
    for (a, b) in pairs(n_classes) {
        let solution = trainer.solve_pair(a, b, interrupt)?;
        biases.push(solution.bias);
        let (of_a, of_b) = solution.beta.split_at(trainer.class(a).len());
        for (class, other, betas) in [(a, b, of_a), (b, a, of_b)] {
            let start = coefficient_row(class, other) * labels.len() + grouping.starts[class];
            duals[start..start + betas.len()].copy_from_slice(betas);
        }
    }
    Ok(assemble(grouping, &table, settings.kernel, &duals, biases))
}

fn check_settings(settings: &Settings) -> Result<(), SvmError> {
    let gamma = match settings.kernel {
        Kernel::Rbf { gamma } => gamma,
        Kernel::Linear => 1.0,
    };
    for (name, value) in [("C", settings.c), ("tol", settings.tolerance), ("gamma", gamma)] {
        if !(value.is_finite() && value > 0.0) {
            return Err(SvmError::Setting(format!(
                "`{name}` must be positive and finite, found {value}"
            )));
        }
    }
    Ok(())
}

/// The number of features, if the data is sound.
fn check_data(rows: &[&[f64]], labels: &[u32]) -> Result<usize, SvmError> {
    let problem = |text: String| Err(SvmError::Data(text));
    let width = rows.first().map_or(0, |row| row.len());
    if width == 0 {
        return problem("needs at least one row and one feature".into());
    }
    if rows.len() != labels.len() {
        return problem(format!("{} rows have {} labels", rows.len(), labels.len()));
    }
    if u32::try_from(rows.len()).is_err() {
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
    Ok(width)
}

/// What the two-class problems have in common.
struct Trainer<'a> {
    grouping: &'a Grouping,
    table: &'a [f64],
    width: usize,
    settings: &'a Settings,
    gram: Option<Gram>,
    cache_bytes: usize,
}

impl<'a> Trainer<'a> {
    /// With three classes or more each row takes part in several problems; then, where it fits in
    /// half of the memory, the kernel matrix is computed once for all of them.
    fn new(grouping: &'a Grouping, table: &'a [f64], width: usize, settings: &'a Settings) -> Self {
        let bytes = Gram::bytes(grouping.order.len());
        let is_shared = grouping.classes.len() > 2 && bytes <= settings.cache_bytes / 2;
        let gram = is_shared.then(|| Gram::new(settings.kernel, table, width));
        let cache_bytes = settings.cache_bytes - if is_shared { bytes } else { 0 };
        Self { grouping, table, width, settings, gram, cache_bytes }
    }

    /// The grouped rows of a class.
    fn class(&self, class: usize) -> std::ops::Range<usize> {
        self.grouping.starts[class]..self.grouping.starts[class + 1]
    }

    fn solve_pair(
        &self,
        a: usize,
        b: usize,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<Solution, SvmError> {
        let c = self.settings.c;
        let boxes: Vec<(f64, f64)> =
            self.class(a).map(|_| (0.0, c)).chain(self.class(b).map(|_| (-c, 0.0))).collect();
        let members: Vec<u32> = self.class(a).chain(self.class(b)).map(|row| row as u32).collect();
        let len = members.len() as u32;
        let smo = SmoSettings {
            tolerance: self.settings.tolerance,
            shrinking: self.settings.shrinking,
            iterations_max: ITERATIONS_MAX.max(ITERATIONS_MAX_PER_ROW * u64::from(len)),
        };
        if let Some(gram) = &self.gram {
            let rows = Shared::new(gram, &members);
            return solve(&boxes, RowCache::new(rows, len, self.cache_bytes), smo, interrupt);
        }
        let data = Members { table: self.table, width: self.width, members: &members };
        let rows = Computed::new(self.settings.kernel, data);
        solve(&boxes, RowCache::new(rows, len, self.cache_bytes), smo, interrupt)
    }
}

/// Keeps the rows with a coefficient in any pair.
fn assemble(
    grouping: Grouping,
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
    let coefficients =
        duals.chunks_exact(n_rows).flat_map(|duals| kept.iter().map(|&row| duals[row])).collect();
    Classifier {
        kernel,
        n_features: width,
        classes: grouping.classes,
        starts,
        support: kept.iter().map(|&row| grouping.order[row]).collect(),
        vectors: Panels::pack(width, kept.iter().map(|&row| &table[row * width..][..width])),
        coefficients,
        biases,
    }
}
