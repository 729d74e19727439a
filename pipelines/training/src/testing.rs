//! A small network, rows and golden numbers, for this crate's unit tests.

use serde_json::Value;

use crate::rows::{Rows, Targets};
use crate::{
    Batch, Block, Differentiable, Layout, ModelError, Outputs, Pass, Point, Real, Role, Shape,
    Target,
};

/// Rows of one feature in three classes.
pub(crate) fn classes(x: &[f64], classes: &[u32]) -> Rows<f64> {
    let mut rows = Rows::new(Shape { n_features: 1, outputs: Outputs::Classes(3) });
    rows.x = x.to_vec();
    rows.target = Targets::Classes(classes.to_vec());
    rows
}

/// Rows of one feature with one value.
pub(crate) fn values(x: &[f64], values: &[f64]) -> Rows<f64> {
    let mut rows = Rows::new(Shape { n_features: 1, outputs: Outputs::Values(1) });
    rows.x = x.to_vec();
    rows.target = Targets::Values(values.to_vec());
    rows
}

/// Blocks of these rows, columns and roles.
pub(crate) fn layout(blocks: &[(usize, usize, Role)]) -> Layout {
    let mut start = 0;
    let block = |&(rows, cols, role): &(usize, usize, Role)| {
        let range = start..start + rows * cols;
        start = range.end;
        Block { range, rows, cols, role }
    };
    Layout { blocks: blocks.iter().map(block).collect(), n_state: 0 }
}

/// A file of `tests/golden/training`.
pub(crate) fn golden(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[track_caller]
pub(crate) fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (x, y)) in found.iter().zip(expected).enumerate() {
        assert!((x - y).abs() <= tolerance * y.abs().max(1.0), "{what}: entry {i} is {x}, not {y}");
    }
}

/// Units with one hidden layer of ReLU and a softmax, or without one; it counts its passes that
/// train in its state, and remembers their losses.
pub(crate) struct Network<T> {
    sizes: Vec<usize>,
    start: Vec<T>,
    layout: Layout,
    /// Of each pass that trains: the loss, and the sum of the absolute weights before it.
    pub(crate) seen: Vec<(f64, f64)>,
}

impl<T: Real> Network<T> {
    /// Starts from zeros but for `weights`, one list a layer, outputs × inputs.
    pub(crate) fn new(sizes: &[usize], weights: &[Vec<f64>], bias: Role) -> Self {
        let pairs = || sizes.windows(2);
        let blocks: Vec<_> = pairs()
            .flat_map(|pair| [(pair[1], pair[0], Role::Weight), (1, pair[1], bias)])
            .collect();
        let layout = Layout { n_state: 1, ..layout(&blocks) };
        let mut start = vec![T::ZERO; layout.n_params()];
        for (block, weights) in layout.blocks.iter().step_by(2).zip(weights) {
            for (p, w) in start[block.range.clone()].iter_mut().zip(weights) {
                *p = T::of(*w);
            }
        }
        Self { sizes: sizes.to_vec(), start, layout, seen: Vec::new() }
    }

    /// Activations of each layer; the last are logits.
    fn forward(&self, x: &[T], params: &[T]) -> Vec<Vec<T>> {
        let mut layers = vec![x.to_vec()];
        for (i, pair) in self.layout.blocks.chunks(2).enumerate() {
            let (weights, biases) =
                (&params[pair[0].range.clone()], &params[pair[1].range.clone()]);
            let input = &layers[i];
            let mut out: Vec<T> = biases.to_vec();
            for (out, row) in out.iter_mut().zip(weights.chunks(input.len())) {
                for (w, x) in row.iter().zip(input) {
                    *out = *out + *w * *x;
                }
            }
            if i + 2 < self.sizes.len() {
                out.iter_mut().for_each(|z| *z = z.or_larger(T::ZERO));
            }
            layers.push(out);
        }
        layers
    }

    /// Adds the slopes of a row whose slopes by the logits are `delta`.
    fn backward(&self, layers: &[Vec<T>], mut delta: Vec<T>, params: &[T], gradient: &mut [T]) {
        for (i, pair) in self.layout.blocks.chunks(2).enumerate().rev() {
            let input = &layers[i];
            let mut below = vec![T::ZERO; input.len()];
            for (unit, d) in delta.iter().enumerate() {
                let place = pair[0].range.start + unit * input.len();
                for (j, x) in input.iter().enumerate() {
                    gradient[place + j] = gradient[place + j] + *d * *x;
                    below[j] = below[j] + *d * params[place + j];
                }
                let place = pair[1].range.start + unit;
                gradient[place] = gradient[place] + *d;
            }
            for (below, x) in below.iter_mut().zip(input) {
                if *x <= T::ZERO {
                    *below = T::ZERO;
                }
            }
            delta = below;
        }
    }
}

impl<T: Real> Differentiable<T> for Network<T> {
    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn init(&mut self, _: u64) -> Result<Point<T>, ModelError> {
        Ok(Point { params: self.start.clone(), state: vec![T::ZERO] })
    }

    fn loss_and_gradient(
        &mut self,
        pass: Pass,
        batch: &Batch<'_, T>,
        params: &[T],
        state: &mut [T],
        mut gradient: Option<&mut [T]>,
    ) -> Result<f64, ModelError> {
        let Target::Classes(targets) = batch.target else { panic!("classes only") };
        if let Some(gradient) = &mut gradient {
            gradient.fill(T::ZERO);
        }
        let weight = |i: usize| batch.weights.map_or(1.0, |weights| weights[i]);
        let all: f64 = (0..targets.len()).map(weight).sum();
        let mut loss = 0.0;
        for (i, (x, y)) in batch.x.chunks(self.sizes[0]).zip(targets).enumerate() {
            let layers = self.forward(x, params);
            let logits: Vec<f64> = layers[layers.len() - 1].iter().map(|z| z.wide()).collect();
            let most = logits.iter().copied().fold(f64::MIN, f64::max);
            let powers: Vec<f64> = logits.iter().map(|z| (z - most).exp()).collect();
            let sum: f64 = powers.iter().sum();
            let share = weight(i) / all;
            loss += share * (sum.ln() + most - logits[*y as usize]);
            let slope = |k: usize| powers[k] / sum - if k == *y as usize { 1.0 } else { 0.0 };
            let delta = (0..logits.len()).map(|k| T::of(share * slope(k))).collect();
            if let Some(gradient) = &mut gradient {
                self.backward(&layers, delta, params, gradient);
            }
        }
        if pass.train {
            let weights = self.layout.blocks.iter().step_by(2).flat_map(|b| b.range.clone());
            self.seen.push((loss, weights.map(|i| params[i].wide().abs()).sum()));
            state[0] = state[0] + T::ONE;
        }
        match loss.is_finite() {
            true => Ok(loss),
            false => Err(ModelError::Numeric(format!("the loss is {loss}"))),
        }
    }

    /// Logits: to be compared, they need not be probabilities.
    fn outputs(
        &mut self,
        x: &[T],
        params: &[T],
        _state: &[T],
        _n_threads: u32,
    ) -> Result<Vec<f64>, ModelError> {
        let last = |x: &[T]| self.forward(x, params).pop().unwrap_or_default();
        Ok(x.chunks(self.sizes[0]).flat_map(last).map(Real::wide).collect())
    }
}
