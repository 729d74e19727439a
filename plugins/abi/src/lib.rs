//! The C ABI between Surmise and its model plugins: major 1, minor 0.
//!
//! Nothing here does anything: these are the structs, constants and function types of the ABI, one
//! function, [`read::prefix`], that copies a struct made by the other side without trusting it,
//! and the rules for [`names`]. The C header `include/surmise_plugin_v1.h` is made from this
//! source: `UPDATE_HEADER=1 cargo test -p surmise-plugin-abi --test header` writes it, and without
//! the variable that test fails where the two differ. `VERSIONING.md` says what may change,
//! `DESCRIPTOR.md` what a descriptor holds.
//!
//! Integers stand for everything enum-like, because a value outside a Rust `enum` or `bool` is
//! undefined behaviour the moment it is read. Function pointers are `Option`, because the other
//! side may leave a slot empty.
//!
#![doc = include_str!("../RULES.md")]
#![no_std]
#![expect(unsafe_code, reason = "an ABI is made of pointers; every block says why it is sound")]

#[cfg(target_endian = "big")]
compile_error!("the Surmise plugin ABI is defined for little-endian machines only");
#[cfg(not(target_pointer_width = "64"))]
compile_error!("the Surmise plugin ABI is defined for 64-bit machines only");

pub mod constants;
pub mod data;
pub mod gradient;
pub mod importance;
pub mod names;
pub mod plugin;
pub mod read;
pub mod services;

pub use constants::*;
pub use data::{Column, Csr, Dataset, Matrix, Str};
pub use gradient::{
    GRADIENT_ID, Gradient, GradientBegin, GradientBlock, GradientForward, GradientInit,
    GradientLayout, GradientLoss, GradientPass, GradientShape, PASS_TRAIN, ROLE_BIAS, ROLE_SCALE,
    ROLE_WEIGHT,
};
pub use importance::{IMPORTANCE_ID, Importance, ImportanceFeatures};
pub use plugin::{
    Create, Destroy, Entry, Fit, GetExtension, Instance, Load, Model, Plugin, Predict, Save,
};
pub use services::{
    FitOptions, Host, HostGetExtension, HostLog, HostReport, HostSetError, HostShouldStop, Metric,
    Reader, ReaderRead, Report, Writer, WriterWrite,
};
