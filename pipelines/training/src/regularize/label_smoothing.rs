//! `label_smoothing`: a class is believed a little less than entirely.
//!
//! The target of a row is 1 − ε + ε/k for its class and ε/k for each other of k classes. C. Szegedy
//! et al., *Rethinking the Inception architecture for computer vision* (2016), section 7. The
//! cross-entropy is linear in the target, so each row stands k times in the batch, once for each
//! class, by these weights: k times the work, and nothing asked of the model. Equal to PyTorch's
//! `label_smoothing`.

use serde::Deserialize;
use serde_json::{Map, Value};
use surmise_core::seed::Seed;

use super::{Entry, Regularizer, Setup};
use crate::rows::{Rows, Targets};
use crate::{Outputs, Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "label_smoothing",
            "a class is believed a little less than entirely",
            vec![setting::float("epsilon", (0.0, 0.99), 0.1, "what all classes share evenly")],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct LabelSmoothing {
    epsilon: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<LabelSmoothing>(settings)?))
}

impl<T: Real> Regularizer<T> for LabelSmoothing {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        setup.needs_classes("label_smoothing").map(drop)
    }

    fn on_rows(&self, rows: &mut Rows<T>, _: Seed) {
        let (Outputs::Classes(k), false) = (rows.shape().outputs, self.epsilon == 0.0) else {
            return;
        };
        let n = rows.len();
        let weights = rows.weights_mut().clone();
        let Targets::Classes(classes) = &mut rows.target else { return };
        let shared = self.epsilon / k as f64;
        let mut all = Vec::with_capacity(n * k);
        // Round r holds class y + r of each row, so that the first round is the batch as it was.
        for round in 0..k {
            let own = if round == 0 { 1.0 - self.epsilon } else { 0.0 };
            all.extend(weights.iter().map(|weight| weight * (own + shared)));
            if round > 0 {
                let next = |class: &u32| ((*class as usize + round) % k) as u32;
                let others: Vec<u32> = classes[..n].iter().map(next).collect();
                classes.extend(others);
            }
        }
        rows.x = rows.x.repeat(k);
        rows.weights = Some(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::classes;

    #[test]
    fn each_row_stands_for_each_class() {
        let mut rows = classes(&[0.0, 8.0], &[2, 1]);
        LabelSmoothing { epsilon: 0.3 }.on_rows(&mut rows, Seed::root(1));
        assert_eq!(rows.x, [0.0, 8.0, 0.0, 8.0, 0.0, 8.0]);
        assert_eq!(rows.target, Targets::Classes(vec![2, 1, 0, 2, 1, 0]));
        let expected = [0.8, 0.8, 0.1, 0.1, 0.1, 0.1];
        let weights = rows.weights.unwrap();
        assert!(weights.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15), "{weights:?}");
    }
}
