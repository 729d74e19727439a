//! `max_norm`: the weights into a unit are no longer than a bound.
//!
//! After each step every row w of a block of weights becomes w · min(1, c/‖w‖). N. Srebro and A.
//! Shraibman, *Rank, trace-norm and max-norm* (2005); N. Srivastava et al., *Dropout* (2014),
//! section 5.1. Keras' `MaxNorm` over the inputs of a unit, without its 1e-7.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Regularizer, Setup};
use crate::vector::{scale, square_sum};
use crate::{Layout, Real, Result, Role, setting};

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "max_norm",
            "the weights into a unit are no longer than a bound",
            vec![setting::log("bound", (1e-6, 1e6), 3.0, "their largest Euclidean norm")],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Deserialize)]
struct MaxNorm {
    bound: f64,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    Ok(Box::new(setting::read::<MaxNorm>(settings)?))
}

impl<T: Real> Regularizer<T> for MaxNorm {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        setup.needs_steps("max_norm")
    }

    fn on_params(&self, layout: &Layout, params: &mut [T]) {
        for block in layout.blocks.iter().filter(|block| block.role == Role::Weight) {
            for row in params[block.range.clone()].chunks_exact_mut(block.cols) {
                let norm = square_sum(row).sqrt();
                if self.bound < norm {
                    scale(row, T::of(self.bound / norm));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::layout;

    #[test]
    fn long_rows_of_weights_are_shortened_and_nothing_else_is() {
        let layout = layout(&[(2, 2, Role::Weight), (1, 2, Role::Bias)]);
        let mut params = vec![3.0, 4.0, 0.3, 0.4, 30.0, 40.0];
        MaxNorm { bound: 2.5 }.on_params(&layout, &mut params);
        assert_eq!(params, [1.5, 2.0, 0.3, 0.4, 30.0, 40.0]);
    }
}
