//! `class_weights`: rare classes count as much as frequent ones.
//!
//! Each row is weighed by n/(k nᶜ) with n the weight of all training rows, nᶜ that of its class and
//! k the number of classes that have rows: scikit-learn's `class_weight="balanced"`. Validation
//! losses are not weighed.

use serde_json::{Map, Value};

use super::{Entry, Regularizer, Setup};
use crate::rows::{Rows, Targets};
use crate::{Real, Result, Target, setting};
use surmise_core::seed::Seed;

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "class_weights",
            "rare classes count as much as frequent ones",
            Vec::new(),
        )
    },
    f32: build,
    f64: build,
};

/// The weight of each class.
#[derive(Default)]
struct ClassWeights(Vec<f64>);

fn build<T: Real>(_: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(ClassWeights::default()))
}

impl<T: Real> Regularizer<T> for ClassWeights {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        let mut sums = vec![0.0; setup.needs_classes("class_weights")?];
        if let Target::Classes(classes) = setup.train.target {
            for (i, class) in classes.iter().enumerate() {
                sums[*class as usize] += setup.train.weights.map_or(1.0, |weights| weights[i]);
            }
        }
        let present = sums.iter().filter(|sum| **sum > 0.0).count() as f64;
        let all: f64 = sums.iter().sum();
        self.0 =
            sums.iter().map(|sum| if *sum > 0.0 { all / (present * sum) } else { 0.0 }).collect();
        Ok(())
    }

    fn on_rows(&self, rows: &mut Rows<T>, _: Seed) {
        let Targets::Classes(classes) = &rows.target else { return };
        let factors: Vec<f64> = classes.iter().map(|class| self.0[*class as usize]).collect();
        for (weight, factor) in rows.weights_mut().iter_mut().zip(factors) {
            *weight *= factor;
        }
    }
}
