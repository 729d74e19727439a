//! Everything that a model is written with: `use surmise_plugin_sdk::prelude::*;`.

pub use crate::{
    Cap, Choice, Classes, Error, FitCtx, Hyperparams, Info, Loader, Missing, Model, Repeat, Result,
    Rows, Saver, Target, Task, Train, Verdict, export_model,
};
