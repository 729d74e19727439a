//! A plugin of two kinds of models, from an author who allows no unsafe code.

#![forbid(unsafe_code)]

use surmise_plugin_sdk::prelude::*;

struct Zero;

impl Model for Zero {
    type Params = ();
    const INFO: Info = Info::new("zero", "Nothing");

    fn fit(_: &(), _: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn predict(&self, _: Rows<'_>, out: &mut [f64]) -> Result<()> {
        out.fill(0.0);
        Ok(())
    }
}

struct Bias(Block);

impl GradientModel for Bias {
    type Params = ();
    const INFO: Info = Info::new("bias", "A constant").tasks(&[Task::Regression]);

    fn build(_: &(), shape: Shape, blocks: &mut Blocks) -> Result<Self> {
        Ok(Self(blocks.biases("bias", shape.n_outputs())))
    }

    fn loss_and_gradient<T: Real>(&self, _: &mut Step<'_, T>) -> Result<f64> {
        Ok(0.0)
    }

    fn forward<T: Real>(&self, _: &Eval<'_, T>, out: &mut [T]) -> Result<()> {
        out.fill(T::zero());
        Ok(())
    }
}

export_model!(Zero, Bias);
