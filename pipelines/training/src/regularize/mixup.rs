//! `mixup`: rows half-way between two rows.
//!
//! Row i becomes λ xᵢ + (1 − λ) xⱼ for a random order j of the batch and one λ a batch from the law
//! Beta(α, α). H. Zhang, M. Cissé, Y. N. Dauphin and D. Lopez-Paz, *mixup: beyond empirical risk
//! minimization* (2018). Values are mixed likewise. Classes are mixed in the loss, which is linear
//! in them: the mixed row stands twice in the batch, as yᵢ with weight λ wᵢ and as yⱼ with (1 − λ)
//! wᵢ.

use serde::Deserialize;
use serde_json::{Map, Value};
use surmise_core::seed::Seed;

use super::{Entry, Regularizer};
use crate::random::{beta, shuffle};
use crate::rows::{Rows, Targets};
use crate::{Real, Result, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        let help = "of the law Beta(alpha, alpha): small ones mix little";
        setting::component(
            "mixup",
            "rows half-way between two rows",
            vec![setting::float("alpha", (0.01, 4.0), 0.2, help)],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct Mixup {
    alpha: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<Mixup>(settings)?))
}

impl<T: Real> Regularizer<T> for Mixup {
    fn on_rows(&self, rows: &mut Rows<T>, seed: Seed) {
        let mut rng = seed.rng();
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let share = beta(self.alpha, &mut rng);
        shuffle(&mut order, &mut rng);
        mix(rows, share, &order);
    }
}

fn mix<T: Real>(rows: &mut Rows<T>, share: f64, order: &[usize]) {
    let (x, n) = (rows.x.clone(), rows.shape().n_features);
    for (i, other) in order.iter().enumerate() {
        for (x, other) in rows.row_mut(i).iter_mut().zip(&x[other * n..]) {
            *x = T::of(share) * *x + T::of(1.0 - share) * *other;
        }
    }
    match &mut rows.target {
        Targets::Values(values) => {
            let (old, n) = (values.clone(), values.len() / order.len());
            for (k, value) in values.iter_mut().enumerate() {
                *value = share * *value + (1.0 - share) * old[order[k / n] * n + k % n];
            }
        }
        Targets::Classes(classes) => {
            let others: Vec<u32> = order.iter().map(|i| classes[*i]).collect();
            let weights = rows.weights.take().unwrap_or_else(|| vec![1.0; order.len()]);
            classes.extend(others);
            rows.x.extend_from_within(..);
            let part = |share: f64| weights.iter().map(move |weight| weight * share);
            rows.weights = Some(part(share).chain(part(1.0 - share)).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{classes, values};

    #[test]
    fn features_and_values_are_mixed() {
        let mut rows = values(&[0.0, 8.0], &[1.0, 5.0]);
        mix(&mut rows, 0.75, &[1, 0]);
        assert_eq!(rows.x, [2.0, 6.0]);
        assert_eq!(rows.target, Targets::Values(vec![2.0, 4.0]));
        assert_eq!(rows.weights, None);
    }

    #[test]
    fn classes_are_mixed_by_weights() {
        let mut rows = classes(&[0.0, 8.0], &[2, 1]);
        mix(&mut rows, 0.75, &[1, 0]);
        assert_eq!(rows.x, [2.0, 6.0, 2.0, 6.0]);
        assert_eq!(rows.target, Targets::Classes(vec![2, 1, 1, 2]));
        assert_eq!(rows.weights, Some(vec![0.75, 0.75, 0.25, 0.25]));
    }
}
