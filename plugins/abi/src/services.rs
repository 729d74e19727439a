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

/// Takes a log line; the level is 0 error, 1 warning, 2 info, 3 and more debug. `[any]`
pub type HostLog =
    unsafe extern "C" fn(ctx: *mut c_void, level: i32, text: *const c_char, len: u64);
/// Takes the text that explains a negative status, copied before it returns. `[any]`
pub type HostSetError =
    unsafe extern "C" fn(ctx: *mut c_void, status: i32, text: *const c_char, len: u64);
/// Takes a [`Report`], answers with a verdict such as [`STOP`](crate::STOP). Only from the thread
/// that runs `fit`.
pub type HostReport = unsafe extern "C" fn(ctx: *mut c_void, report: *const Report) -> i32;
/// Answers with a verdict; cheap enough for inner loops. `[any]`
pub type HostShouldStop = unsafe extern "C" fn(ctx: *mut c_void) -> i32;
/// An optional service by its id, or null. `[any]`
pub type HostGetExtension =
    unsafe extern "C" fn(ctx: *mut c_void, id: *const c_char, len: u64) -> *const c_void;

/// The host's services. Lives until the last instance made with it is destroyed.
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
    /// See [`HostLog`].
    pub log: Option<HostLog>,
    /// See [`HostSetError`].
    pub set_error: Option<HostSetError>,
    /// See [`HostReport`].
    pub report: Option<HostReport>,
    /// See [`HostShouldStop`].
    pub should_stop: Option<HostShouldStop>,
    /// See [`HostGetExtension`].
    pub get_extension: Option<HostGetExtension>,
}

/// Takes all bytes: 0, or a negative status.
pub type WriterWrite = unsafe extern "C" fn(ctx: *mut c_void, data: *const c_void, len: u64) -> i32;
/// Fills some of the buffer: the number of bytes, 0 at the end, or a negative status.
pub type ReaderRead = unsafe extern "C" fn(ctx: *mut c_void, buffer: *mut c_void, len: u64) -> i64;

/// Where `save` writes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Writer {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Passed back as the first argument.
    pub ctx: *mut c_void,
    /// See [`WriterWrite`].
    pub write: Option<WriterWrite>,
}

/// Where `load` reads.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Passed back as the first argument.
    pub ctx: *mut c_void,
    /// See [`ReaderRead`].
    pub read: Option<ReaderRead>,
}
