//! A model that was trained through its gradient.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use surmise_core::component::Precision;

use super::rows;
use crate::gradient::{Outputs, Point, Real, Shape, Trainable};
use crate::layout::LaidTable;
use crate::{Error, Model, PredictKind, Result};

/// How many rows are converted and predicted at once.
const ROWS_AT_ONCE: usize = 4096;

/// A trained model, ready to predict.
pub struct Trained {
    model: Box<dyn At>,
    header: Header,
    stopped: bool,
}

/// What the saved bytes begin with: all that makes the same model again but for its numbers.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    precision: Precision,
    n_features: usize,
    n_classes: Option<usize>,
    params: Map<String, Value>,
}

/// A model at a point, whatever its precision.
trait At: Send {
    fn forward(&mut self, x: &[f64]) -> Result<Vec<f64>>;
    /// Parameters and state as bytes.
    fn numbers(&self) -> Vec<u8>;
}

struct AtPoint<T> {
    trainable: Trainable<T>,
    point: Point<T>,
}

impl Trained {
    /// A model begun from `params`, at the point that its training has come to. `stopped` if the
    /// training ended early because a report was answered with "stop".
    ///
    /// # Errors
    /// [`Error::Data`] if there is more than one value to predict for a row.
    pub fn new<T: Real>(
        params: &Map<String, Value>,
        trainable: Trainable<T>,
        point: Point<T>,
        stopped: bool,
    ) -> Result<Self> {
        let Shape { n_features, outputs } = trainable.shape();
        let n_classes = match outputs {
            Outputs::Classes(n) => Some(n),
            Outputs::Values(1) => None,
            Outputs::Values(_) => return Err(Error::data("a row has one value to predict")),
        };
        let params = params.clone();
        let header = Header { precision: T::PRECISION, n_features, n_classes, params };
        Ok(Self { model: Box::new(AtPoint { trainable, point }), header, stopped })
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Predicts into `out`.
    pub(crate) fn predict(
        &mut self,
        x: &LaidTable<'_>,
        kind: PredictKind,
        out: &mut [f64],
    ) -> Result<()> {
        let x = rows(&x.features)?;
        let n_outputs = self.header.n_classes.unwrap_or(1);
        let wide = kind == PredictKind::Proba;
        let chunk = ROWS_AT_ONCE * self.header.n_features;
        let mut rest = out;
        for x in x.chunks(chunk) {
            let made = self.model.forward(x)?;
            let n = if wide { made.len() } else { made.len() / n_outputs };
            let short = || Error::data("the output has too little room");
            let (here, later) = rest.split_at_mut_checked(n).ok_or_else(short)?;
            match kind {
                PredictKind::Proba => here.copy_from_slice(&made),
                PredictKind::Value if self.header.n_classes.is_none() => {
                    here.copy_from_slice(&made);
                }
                PredictKind::Value => {
                    let likeliest = made.chunks_exact(n_outputs).map(likeliest);
                    here.iter_mut().zip(likeliest).for_each(|(out, class)| *out = class as f64);
                }
                PredictKind::Decision => {
                    return Err(Error::data("a trained network gives no decision scores"));
                }
            }
            rest = later;
        }
        Ok(())
    }

    /// All that [`Trained::load`] needs.
    pub(crate) fn save(&self) -> Result<Vec<u8>> {
        let header = serde_json::to_vec(&self.header).map_err(|e| Error::state(e.to_string()))?;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend(self.model.numbers());
        Ok(bytes)
    }

    /// Makes a saved model again. The bytes are untrusted.
    pub(crate) fn load(model: &Model, bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::state("what was trained is cut short");
        let (len, rest) = bytes.split_first_chunk().ok_or_else(damaged)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| damaged())?;
        let (header, numbers) = rest.split_at_checked(len).ok_or_else(damaged)?;
        let header: Header = serde_json::from_slice(header)
            .map_err(|e| Error::state(format!("what was trained cannot be read: {e}")))?;
        match header.precision {
            Precision::F32 => load::<f32>(model, &header, numbers),
            Precision::F64 => load::<f64>(model, &header, numbers),
        }
    }
}

fn load<T: Real>(model: &Model, header: &Header, numbers: &[u8]) -> Result<Trained> {
    let outputs = header.n_classes.map_or(Outputs::Values(1), Outputs::Classes);
    let shape = Shape { n_features: header.n_features, outputs };
    let trainable = model.begin::<T>(&header.params, shape)?;
    let (n_params, n_state) = (trainable.layout().n_params(), trainable.layout().n_state());
    let numbers = T::from_le(numbers);
    if numbers.len() != n_params + n_state {
        return Err(Error::state("it has another number of parameters than its model"));
    }
    if numbers.iter().any(|x| !(*x).into().is_finite()) {
        return Err(Error::state("a parameter is no finite number"));
    }
    let (params, state) = numbers.split_at(n_params);
    let point = Point { params: params.to_vec(), state: state.to_vec() };
    Trained::new(&header.params, trainable, point, false)
}

impl<T: Real> At for AtPoint<T> {
    fn forward(&mut self, x: &[f64]) -> Result<Vec<f64>> {
        let x: Vec<T> = x.iter().map(|x| T::nearest(*x)).collect();
        self.trainable.forward(&x, &self.point.params, &self.point.state, 1)
    }

    fn numbers(&self) -> Vec<u8> {
        let Point { params, state } = &self.point;
        params.iter().chain(state).flat_map(T::le).collect()
    }
}

/// The class of the largest probability, the first of several.
#[must_use]
pub fn likeliest(row: &[f64]) -> usize {
    let better = |best: usize, i: usize| if row[best] < row[i] { i } else { best };
    (1..row.len()).fold(0, better)
}

impl fmt::Debug for Trained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trained({:?})", self.header)
    }
}
