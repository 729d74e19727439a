//! Readers, datasets, splits and fingerprints.
//!
//! A file becomes a [`Dataset`] once, with every problem of the file named by line and column, and
//! with a [`Fingerprint`] of the very bytes that were read. After that nothing touches the file.
//!
//! Read in this order: [`dataset`] (typed columns and a target), [`csv`] (the reader),
//! [`fingerprint`], [`split`] (folds and holdout), [`error`],
//! [`mod@text`] (a file's text in messages).

pub mod csv;
pub mod dataset;
pub mod error;
pub mod fingerprint;
pub mod split;
pub mod text;

pub use csv::{CsvOptions, Loaded};
pub use dataset::{Column, ColumnValues, Dataset, Dictionary, Missing, Target};
pub use error::{Error, Kind, Problem, Result};
pub use fingerprint::Fingerprint;
