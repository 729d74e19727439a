//! What a plugin exports: an entry function, a table, a table for each model.

use core::ffi::{c_char, c_void};

use crate::{Dataset, FitOptions, Host, Reader, Str, Writer};

/// A model being fitted or already fitted: the plugin's own, opaque to the host.
#[repr(C)]
#[derive(Debug)]
pub struct Instance {
    _opaque: [u8; 0],
}

/// Makes an instance from complete, checked hyperparameters: a JSON object. `[any]`
pub type Create = unsafe extern "C" fn(
    host: *const Host,
    params_json: *const c_char,
    len: u64,
    out: *mut *mut Instance,
) -> i32;

/// Fits an instance. `valid` is the validation set, or null: always for a model without the cap
/// `validation`. `[exclusive]`
pub type Fit = unsafe extern "C" fn(
    instance: *mut Instance,
    options: *const FitOptions,
    train: *const Dataset,
    valid: *const Dataset,
) -> i32;

/// Predicts into `out_len` values that the host made: `kind` is one such as
/// [`PREDICT_VALUE`](crate::PREDICT_VALUE). `x` may have no row. `[exclusive]`
pub type Predict = unsafe extern "C" fn(
    instance: *mut Instance,
    x: *const Dataset,
    kind: u32,
    out: *mut f64,
    out_len: u64,
) -> i32;

/// Writes the fitted state: the same bytes each time. `[exclusive]`
pub type Save = unsafe extern "C" fn(instance: *mut Instance, writer: *const Writer) -> i32;

/// Makes a fitted instance from a saved state, whose bytes it must not trust. `[any]`
pub type Load =
    unsafe extern "C" fn(host: *const Host, reader: *const Reader, out: *mut *mut Instance) -> i32;

/// Frees an instance; null is fine. `[exclusive]`
pub type Destroy = unsafe extern "C" fn(instance: *mut Instance);

/// An optional ability by its id, or null. `[any]`
pub type GetExtension = unsafe extern "C" fn(id: *const c_char, len: u64) -> *const c_void;

/// The functions of one model, in static storage. All but `get_extension` are required.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Model {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// The id that the descriptor lists.
    pub id: Str,
    /// See [`Create`].
    pub create: Option<Create>,
    /// See [`Fit`].
    pub fit: Option<Fit>,
    /// See [`Predict`].
    pub predict: Option<Predict>,
    /// See [`Save`].
    pub save: Option<Save>,
    /// See [`Load`].
    pub load: Option<Load>,
    /// See [`Destroy`].
    pub destroy: Option<Destroy>,
    /// See [`GetExtension`].
    pub get_extension: Option<GetExtension>,
}

/// The plugin's table, in static storage.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// The major version it was built for.
    pub abi_major: u32,
    /// The minor version it was built for.
    pub abi_minor: u32,
    /// JSON in static storage, at most 256 KiB. Ids are `[a-z][a-z0-9_.-]{0,63}`, hyperparameters
    /// `[A-Za-z_][A-Za-z0-9_]{0,63}`.
    pub descriptor: Str,
    /// The models.
    pub models: *const *const Model,
    /// How many.
    pub n_models: u64,
}

/// The exported function. `[load]` Must be cheap: no threads, no files, no output. Null means that
/// the plugin cannot work with a host of this minor version.
pub type Entry = unsafe extern "C" fn(host_minor: u32) -> *const Plugin;
