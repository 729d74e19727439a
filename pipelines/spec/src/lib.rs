//! The pipeline file: from YAML text to a checked [`Spec`], or to every problem at once.
//!
//! Text becomes a tree in which every value knows its place, under budgets that a hostile file
//! cannot pass. The tree becomes a typed document, and the document, together with a [`Catalog`]
//! of what there is, a [`Spec`]. Each step notes problems and goes on, so that one run shows all
//! of them: file, line, column, the line underlined, and what was probably meant.
//!
//! Read in this order: [`Source`] and [`load`], then [`Spec`] and what it can do.

mod catalog;
mod check;
mod command;
mod configure;
mod decode;
mod diagnostic;
mod document;
mod overrides;
mod parse;
mod path;
mod render;
mod resolved;
mod scalar;
mod schema;
mod source;
mod spec;
mod text;
mod tree;

pub use catalog::{Catalog, FindModel, ModelRef, RegularizationInfo, Section};
pub use check::load;
pub use command::{
    CommandSpec, CommandUse, ConfinesSpec, MeasuredBound, MeasuredSpec, Trial as CommandTrial,
};
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use overrides::Override;
pub use schema::json_schema;
pub use source::{MAX_BYTES, Source, SourceError};
pub use spec::{
    ComponentUse, Configuration, ConstraintSpec, CsvSource, DataSpec, EvaluationSpec,
    IsolationSpec, ModelUse, Pipeline, Sandbox, SearchSpec, SectionUse, Spec, StageUse, TestSplit,
    TrainingSpec, WorkersSpec,
};
