//! Everything that a model is written with: `use surmise_plugin_sdk::prelude::*;`.

pub use crate::{
    Batch, Block, Blocks, Cap, Categories, Choice, Classes, Column, Columns, Error, Eval, FitCtx,
    GradientModel, Hyperparams, Info, Init, Loader, Missing, Model, Random, Real, Repeat, Result,
    Role, Rows, Saver, Shape, Sparse, StateBlock, Step, Target, Task, Train, Verdict, View,
    ViewMut, export_model,
};
