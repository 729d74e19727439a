//! The rows of a batch, to be changed by augmentation and other stages.

use crate::{Batch, Error, Outputs, Real, Result, Shape, Target};

/// Rows that a batch is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<T> {
    /// The features, `n_rows × n_features`, row-major.
    pub x: Vec<T>,
    /// What the rows should come out as.
    pub target: Targets,
    /// How much each row counts; `None` if all count the same.
    pub weights: Option<Vec<f64>>,
    shape: Shape,
}

/// What rows should come out as.
#[derive(Debug, Clone, PartialEq)]
pub enum Targets {
    /// The class of each row.
    Classes(Vec<u32>),
    /// Values, `n_rows × n_outputs`, row-major.
    Values(Vec<f64>),
}

impl<T: Real> Rows<T> {
    /// No rows.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let target = match shape.outputs {
            Outputs::Classes(_) => Targets::Classes(Vec::new()),
            Outputs::Values(_) => Targets::Values(Vec::new()),
        };
        Self { x: Vec::new(), target, weights: None, shape }
    }

    /// The shape of the data.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match (&self.target, self.shape.outputs) {
            (Targets::Values(values), Outputs::Values(n)) => values.len() / n,
            (Targets::Classes(classes), _) => classes.len(),
            (Targets::Values(values), _) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The features of row `i`.
    pub fn row_mut(&mut self, i: usize) -> &mut [T] {
        let n = self.shape.n_features;
        &mut self.x[i * n..(i + 1) * n]
    }

    /// The weights, which are all 1 if there were none.
    pub fn weights_mut(&mut self) -> &mut Vec<f64> {
        let n = self.len();
        self.weights.get_or_insert_with(|| vec![1.0; n])
    }

    /// What it is to the model.
    #[must_use]
    pub fn batch(&self) -> Batch<'_, T> {
        let target = match &self.target {
            Targets::Classes(classes) => Target::Classes(classes),
            Targets::Values(values) => Target::Values(values),
        };
        Batch { x: &self.x, target, weights: self.weights.as_deref() }
    }

    /// These rows of `batch`, in this order, in place of its own.
    pub(crate) fn gather(&mut self, batch: &Batch<'_, T>, rows: &[usize]) {
        let n = self.shape.n_features;
        self.x.clear();
        for &row in rows {
            self.x.extend_from_slice(&batch.x[row * n..(row + 1) * n]);
        }
        match (&mut self.target, batch.target, self.shape.outputs) {
            (Targets::Classes(to), Target::Classes(from), _) => {
                to.clear();
                to.extend(rows.iter().map(|row| from[*row]));
            }
            (Targets::Values(to), Target::Values(from), Outputs::Values(n)) => {
                to.clear();
                for &row in rows {
                    to.extend_from_slice(&from[row * n..(row + 1) * n]);
                }
            }
            _ => {}
        }
        self.weights = batch.weights.map(|from| rows.iter().map(|row| from[*row]).collect());
    }
}

/// Σ wᵢ of a batch.
pub(crate) fn weight<T>(batch: &Batch<'_, T>, shape: Shape) -> f64 {
    match batch.weights {
        Some(weights) => weights.iter().sum(),
        None => n_rows(batch, shape) as f64,
    }
}

/// How many rows a batch that was checked has.
pub(crate) fn n_rows<T>(batch: &Batch<'_, T>, shape: Shape) -> usize {
    batch.x.len() / shape.n_features
}

/// Whether a batch is one for that shape.
pub(crate) fn check<T: Real>(what: &str, batch: &Batch<'_, T>, shape: Shape) -> Result<()> {
    let refuse = |why: String| Err(Error::data(format!("the {what} data {why}")));
    if shape.n_features == 0
        || batch.x.is_empty()
        || !batch.x.len().is_multiple_of(shape.n_features)
    {
        let (n, m) = (batch.x.len(), shape.n_features);
        return refuse(format!("have {n} values, which are no rows of {m} features"));
    }
    let n = n_rows(batch, shape);
    let (found, expected) = match (batch.target, shape.outputs) {
        (Target::Classes(classes), Outputs::Classes(k)) => {
            if let Some(class) = classes.iter().find(|class| k <= **class as usize) {
                return refuse(format!("hold class {class} of {k}, counted from 0"));
            }
            (classes.len(), n)
        }
        (Target::Values(values), Outputs::Values(k)) => (values.len(), n * k),
        _ => return refuse("are for another task than the model".into()),
    };
    if found != expected {
        return refuse(format!("have {found} targets, not {expected}"));
    }
    if let Some(weights) = batch.weights {
        let bad = weights.iter().any(|w| !(w.is_finite() && 0.0 <= *w));
        if bad || weights.len() != n || weights.iter().all(|w| *w == 0.0) {
            return refuse(format!(
                "need {n} weights that are finite, not negative, and not all 0"
            ));
        }
    }
    Ok(())
}

/// A batch in parts of at most `part` rows.
pub(crate) fn parts<'b, T: Real>(
    batch: &Batch<'b, T>,
    shape: Shape,
    part: usize,
) -> impl Iterator<Item = Batch<'b, T>> {
    let (batch, n) = (*batch, n_rows(batch, shape));
    let width = move |all: usize| all / n;
    (0..n).step_by(part).map(move |start| {
        let end = (start + part).min(n);
        let target = match batch.target {
            Target::Classes(classes) => Target::Classes(&classes[start..end]),
            Target::Values(values) => {
                let width = width(values.len());
                Target::Values(&values[start * width..end * width])
            }
        };
        let width = width(batch.x.len());
        let weights = batch.weights.map(|weights| &weights[start..end]);
        Batch { x: &batch.x[start * width..end * width], target, weights }
    })
}
