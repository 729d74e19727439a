//! One file for each command.

pub(crate) mod ask_tell;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod plugin;
pub(crate) mod predict;
pub(crate) mod range_test;
pub(crate) mod reproduce;
pub(crate) mod resume;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod show;
