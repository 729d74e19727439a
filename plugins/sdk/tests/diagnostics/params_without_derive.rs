//! says: `Params` does not describe hyperparameters
//! says: put `#[derive(Hyperparams)]` on it, or write `type Params = ();` if there are none

use surmise_plugin_sdk::prelude::*;

struct Params {
    _alpha: f64,
}

struct Zero;

impl Model for Zero {
    type Params = Params;
    const INFO: Info = Info::new("zero", "Nothing");

    fn fit(_: &Params, _: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn predict(&self, _: Rows<'_>, _: &mut [f64]) -> Result<()> {
        Ok(())
    }
}
