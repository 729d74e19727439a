//! What the host offers a plugin during a call: options, reports, errors, streams.

use core::ffi::{c_char, c_void};

use crate::Str;

/// A named number in a [`Report`].
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name.
    pub name: Str,
    /// Its value; NaN is recorded as "diverged".
    pub value: f64,
}

/// The progress of a fit.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Strictly increasing.
    pub step: u64,
    /// What was measured.
    pub metrics: *const Metric,
    /// How many.
    pub n_metrics: u64,
    /// Predictions for the validation rows, from which the host computes the score itself; or null.
    pub valid_pred: *const f64,
    /// How many.
    pub n_valid_pred: u64,
}

/// What a fit may use.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct FitOptions {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// The only source of randomness.
    pub seed: u64,
    /// How many threads the fit may use.
    pub n_threads: u32,
    /// Zero.
    pub flags: u32,
    /// `CLOCK_MONOTONIC` nanoseconds; 0 = none.
    pub deadline_ns: u64,
    /// 0 = the hyperparameters decide.
    pub max_steps: u64,
}

/// The host's services. Lives until the last instance made with it is destroyed. Every function
/// may be called from any thread, except `report`: only from the thread that runs `fit`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Host {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// The host's major version.
    pub abi_major: u32,
    /// The host's minor version.
    pub abi_minor: u32,
    /// Passed back as the first argument of each function.
    pub ctx: *mut c_void,
    /// Takes a log line; the level is 0 error, 1 warning, 2 info, 3 and more debug.
    pub log: Option<unsafe extern "C" fn(*mut c_void, i32, *const c_char, u64)>,
    /// Takes the text that explains a negative status, copied before it returns.
    pub set_error: Option<unsafe extern "C" fn(*mut c_void, i32, *const c_char, u64)>,
    /// Takes a [`Report`], answers with a verdict such as [`STOP`](crate::STOP).
    pub report: Option<unsafe extern "C" fn(*mut c_void, *const Report) -> i32>,
    /// Answers with a verdict; cheap enough for inner loops.
    pub should_stop: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
    /// An optional service by its id, or null.
    pub get_extension:
        Option<unsafe extern "C" fn(*mut c_void, *const c_char, u64) -> *const c_void>,
}

/// Where `save` writes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Passed back as the first argument.
    pub ctx: *mut c_void,
    /// Takes all bytes: 0, or a negative status.
    pub write: Option<unsafe extern "C" fn(*mut c_void, *const c_void, u64) -> i32>,
}

/// Where `load` reads.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Passed back as the first argument.
    pub ctx: *mut c_void,
    /// Fills some of the buffer: the number of bytes, 0 at the end, or a negative status.
    pub read: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, u64) -> i64>,
}
