//! Fitting a forest: what its trees are told, and how well they predict rows they have not seen.

use surmise_plugin_sdk::{Choice, Error, Random, Result};

use crate::criterion::{Criterion, Entropy, Gini, Poisson, SquaredError, samples};
use crate::draw::Draws;
use crate::forest::{BLOCK, Forest, largest};
use crate::grow::{Growth, grow};
use crate::table::Table;
use crate::threads::each;
use crate::tree::{Block, Node, Tree};

/// The impurity that splits lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// `1 - Σ (w_c / w)²`, for classes.
    Gini,
    /// `-Σ (w_c / w) log₂ (w_c / w)`, for classes.
    Entropy,
    /// The variance, for numbers.
    SquaredError,
    /// Half the mean Poisson deviance, for numbers that are not negative.
    Poisson,
}

/// Which thresholds are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Splitter {
    /// all of them
    Best,
    /// one at random for each feature that is drawn
    Random,
}

/// How much the classes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassWeight {
    /// As their rows do.
    Rows,
    /// All the same: rows of class `c` are weighted by `w / (K w_c)`.
    Balanced,
    /// The same among the rows that each tree has drawn.
    BalancedSubsample,
}

/// How to fit a [`Forest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// How many trees, at least 1.
    pub n_trees: usize,
    /// The impurity.
    pub measure: Measure,
    /// Which thresholds are looked at.
    pub splitter: Splitter,
    /// Features drawn for each split, at least 1; more are drawn while all are constant.
    pub max_features: usize,
    /// Splits above one another.
    pub max_depth: Option<usize>,
    /// Nodes of fewer rows are not split. Rows that were drawn repeatedly count once here.
    pub min_samples_split: usize,
    /// Fewest rows of a leaf, at least 1.
    pub min_samples_leaf: usize,
    /// Smallest share of the weight in a leaf, within 0 and 0.5.
    pub min_weight_fraction_leaf: f64,
    /// With a number, the most useful split comes first, and growth ends at so many leaves.
    pub max_leaf_nodes: Option<usize>,
    /// Smallest decrease of impurity by a split, weighted by its share of the weight.
    pub min_impurity_decrease: f64,
    /// What a leaf costs; above 0, splits that lower the impurity, weighted by their share of the
    /// weight, by no more for each of their leaves are taken back.
    pub ccp_alpha: f64,
    /// `Some(s)` draws `s n` rows with replacement for each tree, where whole weights count as so
    /// many rows; `None` takes all rows as they are.
    pub bootstrap: Option<f64>,
    /// How much the classes count.
    pub class_weight: ClassWeight,
    /// Whether to score rows by the trees that have not drawn them.
    pub oob_score: bool,
}

/// What is to be predicted, an entry for each row.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Codes below `n_classes`.
    Classes {
        /// The class of each row.
        codes: &'a [u32],
        /// How many there are.
        n_classes: usize,
    },
    /// Finite numbers.
    Numbers(&'a [f64]),
}

/// Rows, what they count, and what surrounds a fit.
pub(crate) struct Job<'a> {
    pub(crate) rows: &'a [&'a [f64]],
    pub(crate) weights: Option<&'a [f64]>,
    pub(crate) settings: &'a Settings,
    pub(crate) seed: u64,
    pub(crate) n_threads: usize,
}

/// Fits a forest, with its out-of-bag score if there is one.
pub(crate) fn fit(
    job: &Job<'_>,
    target: Target<'_>,
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<(Forest, Option<f64>)> {
    check(job, target)?;
    if let Some(weights) = job.weights.filter(|weights| weights.contains(&0.0)) {
        return fit_weighing(job, target, weights, interrupt);
    }
    let measure = job.settings.measure;
    match (target, measure) {
        (Target::Classes { codes, n_classes }, Measure::Gini | Measure::Entropy) => {
            let labels = Labels { values: codes, key: u64::from, n_classes };
            match (measure, n_classes) {
                (Measure::Gini, 2) => labels.fit(job, &Gini([0.0; 2]), interrupt),
                (Measure::Gini, n) => labels.fit(job, &Gini(vec![0.0; n]), interrupt),
                (_, 2) => labels.fit(job, &Entropy([0.0; 2]), interrupt),
                (_, n) => labels.fit(job, &Entropy(vec![0.0; n]), interrupt),
            }
        }
        (Target::Numbers(values), Measure::SquaredError | Measure::Poisson) => {
            let labels = Labels { values, key: f64::to_bits, n_classes: 0 };
            match measure {
                Measure::Poisson => labels.fit(job, &Poisson, interrupt),
                _ => {
                    let n = rows_counted(job);
                    labels.fit(job, &SquaredError::new(values, n), interrupt)
                }
            }
        }
        (Target::Classes { .. }, _) => {
            Err(Error::invalid(format!("{measure:?} judges numbers, and there are classes here")))
        }
        (Target::Numbers(_), _) => {
            Err(Error::invalid(format!("{measure:?} judges classes, and there are numbers here")))
        }
    }
}

/// Without the rows that weigh nothing.
fn fit_weighing(
    job: &Job<'_>,
    target: Target<'_>,
    weights: &[f64],
    interrupt: &mut dyn FnMut() -> bool,
) -> Result<(Forest, Option<f64>)> {
    let kept: Vec<usize> = (0..weights.len()).filter(|&row| weights[row] != 0.0).collect();
    let rows: Vec<&[f64]> = kept.iter().map(|&row| job.rows[row]).collect();
    let weights: Vec<f64> = kept.iter().map(|&row| weights[row]).collect();
    let job = Job { rows: &rows, weights: Some(&weights), ..*job };
    match target {
        Target::Classes { codes, n_classes } => {
            let codes: Vec<u32> = kept.iter().map(|&row| codes[row]).collect();
            fit(&job, Target::Classes { codes: &codes, n_classes }, interrupt)
        }
        Target::Numbers(values) => {
            let values: Vec<f64> = kept.iter().map(|&row| values[row]).collect();
            fit(&job, Target::Numbers(&values), interrupt)
        }
    }
}

/// The weight of all rows.
fn rows_counted(job: &Job<'_>) -> f64 {
    job.weights.map_or(job.rows.len() as f64, |weights| weights.iter().sum())
}

fn check(job: &Job<'_>, target: Target<'_>) -> Result<()> {
    let rows = job.rows;
    let n_features = rows.first().map_or(0, |row| row.len());
    if n_features == 0 {
        return Err(Error::invalid("needs at least one row and one feature"));
    }
    if u32::try_from(rows.len()).is_err() || n_features >= Node::MAX_FEATURES {
        return Err(Error::invalid("too many rows or features"));
    }
    for (i, row) in rows.iter().enumerate() {
        if row.len() != n_features {
            let n = row.len();
            return Err(Error::invalid(format!(
                "row {i} has {n} features, row 0 has {n_features}"
            )));
        }
        if let Some(f) = row.iter().position(|value| value.is_infinite()) {
            return Err(Error::invalid(format!("feature {f} of row {i} is infinite")));
        }
    }
    let n_labels = match target {
        Target::Classes { codes, .. } => codes.len(),
        Target::Numbers(values) => values.len(),
    };
    if n_labels != rows.len() || job.weights.is_some_and(|weights| weights.len() != rows.len()) {
        return Err(Error::invalid("each row needs one label and one weight"));
    }
    if job.settings.oob_score && job.settings.bootstrap.is_none() {
        return Err(Error::invalid("an out-of-bag score needs `bootstrap`"));
    }
    check_labels(target, job.settings.measure)
}

fn check_labels(target: Target<'_>, measure: Measure) -> Result<()> {
    match target {
        Target::Classes { codes, n_classes } => {
            match codes.iter().find(|code| n_classes <= **code as usize) {
                Some(code) => Err(Error::invalid(format!("there is no class {code}"))),
                None => Ok(()),
            }
        }
        Target::Numbers(values) if values.iter().any(|value| !value.is_finite()) => {
            Err(Error::invalid("the numbers to predict must be finite"))
        }
        Target::Numbers(values) if measure == Measure::Poisson => {
            let is_sound = values.iter().all(|y| *y >= 0.0) && values.iter().any(|y| *y > 0.0);
            if is_sound {
                return Ok(());
            }
            Err(Error::invalid("poisson needs numbers that are not negative and not all 0"))
        }
        Target::Numbers(_) => Ok(()),
    }
}

/// The target, with what orders rows whose features are equal.
struct Labels<'a, L> {
    values: &'a [L],
    key: fn(L) -> u64,
    /// 0 for numbers.
    n_classes: usize,
}

/// A grown tree, and where it was drawn, the rows that it has not seen, a bit each.
struct Grown {
    tree: Tree,
    importance: Vec<f64>,
    unseen: Vec<u64>,
}

impl<L: Copy + Send + Sync + PartialEq + Into<f64>> Labels<'_, L> {
    fn fit<C: Criterion<Label = L>>(
        &self,
        job: &Job<'_>,
        criterion: &C,
        interrupt: &mut dyn FnMut() -> bool,
    ) -> Result<(Forest, Option<f64>)> {
        let key = |row: u32| {
            let weight = job.weights.map_or(0, |weights| weights[row as usize].to_bits());
            ((self.key)(self.values[row as usize]), weight)
        };
        let table = Table::new(job.rows, job.n_threads, |a, b| key(a).cmp(&key(b)));
        let labels: Vec<L> = table.order.iter().map(|&row| self.values[row as usize]).collect();
        let counts: Option<Vec<f64>> = job
            .weights
            .map(|weights| table.order.iter().map(|&row| weights[row as usize]).collect());
        let planting = Planting::new(self, job, &table, labels, counts);
        let grown = each(job.n_threads, job.settings.n_trees, interrupt, |number| {
            planting.grow(criterion, number)
        });
        let oob_score = job.settings.oob_score.then(|| planting.oob_score(&grown)).flatten();
        let n_features = table.columns.len();
        let mut importance = vec![0.0; n_features];
        for part in &grown {
            for (sum, part) in importance.iter_mut().zip(&part.importance) {
                *sum += part;
            }
        }
        let sum: f64 = importance.iter().sum();
        if sum > 0.0 {
            importance.iter_mut().for_each(|part| *part /= sum);
        }
        let trees = grown.into_iter().map(|grown| grown.tree).collect();
        Ok((Forest { n_features, n_classes: self.n_classes, trees, importance }, oob_score))
    }
}

/// What all trees share.
struct Planting<'a, L> {
    job: &'a Job<'a>,
    table: &'a Table,
    labels: Vec<L>,
    n_classes: usize,
    /// The caller's weights, in the order of the table.
    counts: Option<Vec<f64>>,
    /// The same, by class.
    weights: Option<Vec<f64>>,
    draws: Option<Draws>,
    growth: Growth,
}

impl<'a, L: Copy + Send + Sync + PartialEq + Into<f64>> Planting<'a, L> {
    fn new(
        target: &Labels<'_, L>,
        job: &'a Job<'a>,
        table: &'a Table,
        labels: Vec<L>,
        counts: Option<Vec<f64>>,
    ) -> Self {
        let settings = job.settings;
        let is_balanced = target.n_classes > 0
            && match settings.class_weight {
                ClassWeight::Rows => false,
                ClassWeight::Balanced => true,
                ClassWeight::BalancedSubsample => settings.bootstrap.is_none(),
            };
        let n_rows = table.n_rows();
        let weights = match is_balanced {
            false => counts.clone(),
            true => {
                let one = |row: usize| counts.as_ref().map_or(1.0, |counts| counts[row]);
                let by_class = balanced(target.n_classes, &labels, one);
                Some((0..n_rows).map(|row| one(row) * by_class[code(labels[row])]).collect())
            }
        };
        let draws = settings
            .bootstrap
            .map(|share| Draws::new(n_rows, counts.as_deref(), weights.as_deref(), share));
        let growth = Growth {
            is_random: settings.splitter == Splitter::Random,
            max_features: settings.max_features.max(1),
            max_depth: settings.max_depth.unwrap_or(usize::MAX),
            min_samples_split: settings.min_samples_split,
            min_samples_leaf: settings.min_samples_leaf.max(1),
            min_weight_fraction_leaf: settings.min_weight_fraction_leaf,
            max_leaf_nodes: settings.max_leaf_nodes,
            min_impurity_decrease: settings.min_impurity_decrease,
            ccp_alpha: settings.ccp_alpha,
        };
        Self { job, table, labels, n_classes: target.n_classes, counts, weights, draws, growth }
    }

    /// Tree `number`, which depends on nothing that other trees have drawn.
    fn grow<C: Criterion<Label = L>>(&self, criterion: &C, number: usize) -> Grown {
        let mut random = Random::named(self.job.seed, &format!("tree/{number}"));
        let Some(draws) = &self.draws else {
            let weight = |row: usize| self.weights.as_ref().map_or(1.0, |weights| weights[row]);
            let samples = samples(self.table, &self.labels, weight);
            let (tree, importance) =
                grow(criterion, &self.table.columns, &self.growth, samples, random);
            return Grown { tree, importance, unseen: Vec::new() };
        };
        let drawn = draws.draw(&mut random);
        let is_balanced = self.job.settings.class_weight == ClassWeight::BalancedSubsample;
        let samples = if is_balanced && self.n_classes > 0 {
            let weight = |row: usize| f64::from(drawn[row]);
            let by_class = balanced(self.n_classes, &self.labels, weight);
            let weight = |row: usize| f64::from(drawn[row]) * by_class[code(self.labels[row])];
            samples(self.table, &self.labels, weight)
        } else {
            samples(self.table, &self.labels, |row| f64::from(drawn[row]))
        };
        let unseen = match self.job.settings.oob_score {
            true => bits(&drawn),
            false => Vec::new(),
        };
        let (tree, importance) =
            grow(criterion, &self.table.columns, &self.growth, samples, random);
        Grown { tree, importance, unseen }
    }

    /// Accuracy, or the share of variance explained, over the rows that some tree has not seen.
    fn oob_score(&self, grown: &[Grown]) -> Option<f64> {
        let n_blocks = self.table.n_rows().div_ceil(BLOCK);
        let blocks = each(self.job.n_threads, n_blocks, &mut || false, |block| {
            self.unseen_predictions(grown, block)
        });
        let weight = |row: usize| self.counts.as_ref().map_or(1.0, |counts| counts[row]);
        let judged: Vec<(f64, f64, f64)> = blocks
            .into_iter()
            .flatten()
            .zip(0..)
            .filter_map(|(found, row)| Some((found?, self.labels[row].into(), weight(row))))
            .collect();
        let total: f64 = judged.iter().map(|(_, _, w)| w).sum();
        if total <= 0.0 {
            return None;
        }
        if self.n_classes > 0 {
            let right = judged.iter().filter(|(found, label, _)| found == label);
            return Some(right.map(|(_, _, w)| w).sum::<f64>() / total);
        }
        let mean = judged.iter().map(|(_, y, w)| w * y).sum::<f64>() / total;
        let error: f64 = judged.iter().map(|(found, y, w)| w * (y - found).powi(2)).sum();
        let spread: f64 = judged.iter().map(|(_, y, w)| w * (y - mean).powi(2)).sum();
        (spread > 0.0).then(|| 1.0 - error / spread)
    }

    /// What the trees that have not seen a row of this block predict for it, if there are any.
    fn unseen_predictions(&self, grown: &[Grown], block: usize) -> Vec<Option<f64>> {
        let (width, start) = (self.n_classes.max(1), block * BLOCK);
        let places = &self.table.order[start..self.table.n_rows().min(start + BLOCK)];
        let mut rows = Block::default();
        rows.fill(self.table.columns.len(), places.iter().map(|&row| self.job.rows[row as usize]));
        let mut sums = vec![0.0; places.len() * width];
        let mut n_trees = vec![0_u32; places.len()];
        for Grown { tree, unseen, .. } in grown {
            let is_unseen = |row: &u32| {
                unseen[(start + *row as usize) / 64] >> ((start + *row as usize) % 64) & 1
            };
            let open: Vec<u32> =
                (0..places.len() as u32).filter(|row| is_unseen(row) == 1).collect();
            tree.fall(&rows, &open, |row, leaf| {
                n_trees[row as usize] += 1;
                let values = &tree.values[leaf as usize * width..][..width];
                for (sum, value) in sums[row as usize * width..][..width].iter_mut().zip(values) {
                    *sum += value;
                }
            });
        }
        let predicted = |(sums, n): (&[f64], u32)| {
            let mean =
                if self.n_classes > 0 { largest(sums) as f64 } else { sums[0] / f64::from(n) };
            (n > 0).then_some(mean)
        };
        sums.chunks_exact(width).zip(n_trees).map(predicted).collect()
    }
}

fn code<L: Into<f64>>(label: L) -> usize {
    label.into() as usize
}

/// For each class `w / (K w_c)`, over the `K` classes that have a weight.
fn balanced<L: Copy + Into<f64>>(
    n_classes: usize,
    labels: &[L],
    weight: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let mut sums = vec![0.0; n_classes];
    for (row, label) in labels.iter().enumerate() {
        sums[code(*label)] += weight(row);
    }
    let n_there = sums.iter().filter(|sum| **sum > 0.0).count() as f64;
    let total: f64 = sums.iter().sum();
    sums.iter().map(|sum| if *sum > 0.0 { total / (n_there * sum) } else { 0.0 }).collect()
}

/// A bit for each row that was not drawn.
fn bits(drawn: &[u32]) -> Vec<u64> {
    let word = |counts: &[u32]| {
        counts.iter().enumerate().fold(0, |bits, (i, n)| bits | u64::from(*n == 0) << i)
    };
    drawn.chunks(64).map(word).collect()
}
