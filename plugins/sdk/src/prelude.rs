//! Everything that a model is written with: `use surmise_plugin_sdk::prelude::*;`.

pub use crate::{
    Batch, Block, Blocks, Cap, Choice, Classes, Error, Eval, FitCtx, GradientModel, Hyperparams,
    Info, Init, Loader, Missing, Model, Random, Real, Repeat, Result, Role, Rows, Saver, Shape,
    StateBlock, Step, Target, Task, Train, Verdict, View, ViewMut, export_model,
};
