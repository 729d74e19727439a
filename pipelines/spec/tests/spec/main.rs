//! The pipeline file as its users meet it: what loads, what is refused, and how that is told.

mod commands;
mod common;
mod diagnostics;
mod hostile;
mod loading;
mod measuring;
mod properties;
mod restricting;
mod schema;
mod searching;
mod survives;
mod training;
