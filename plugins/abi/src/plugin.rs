//! What a plugin exports: an entry function, a table, a table for each model.

use core::ffi::{c_char, c_void};

use crate::{Dataset, FitOptions, Host, Reader, Str, Writer};

/// A model being fitted or already fitted: the plugin's own, opaque to the host.
#[repr(C)]
#[derive(Debug)]
pub struct Instance {
    _opaque: [u8; 0],
}

/// Makes an instance from complete, checked hyperparameters, a JSON object by pointer and length.
pub type Create = unsafe extern "C" fn(*const Host, *const c_char, u64, *mut *mut Instance) -> i32;
/// Fits an instance; the last argument is the validation set, or null.
pub type Fit =
    unsafe extern "C" fn(*mut Instance, *const FitOptions, *const Dataset, *const Dataset) -> i32;
/// Predicts: instance, rows, kind such as [`PREDICT_VALUE`](crate::PREDICT_VALUE), output, its
/// length.
pub type Predict = unsafe extern "C" fn(*mut Instance, *const Dataset, u32, *mut f64, u64) -> i32;
/// Writes the fitted state.
pub type Save = unsafe extern "C" fn(*mut Instance, *const Writer) -> i32;
/// Makes a fitted instance from a saved state.
pub type Load = unsafe extern "C" fn(*const Host, *const Reader, *mut *mut Instance) -> i32;
/// Frees an instance; null is fine.
pub type Destroy = unsafe extern "C" fn(*mut Instance);
/// An optional ability by its id, or null.
pub type GetExtension = unsafe extern "C" fn(*const c_char, u64) -> *const c_void;

/// The functions of one model. `create`, `load` and `get_extension` may be called from any thread
/// at any time; the others never two at a time on one instance. All but `get_extension` are
/// required.
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
    /// JSON in static storage, at most 256 KiB.
    pub descriptor: Str,
    /// The models.
    pub models: *const *const Model,
    /// How many.
    pub n_models: u64,
}

/// The exported function. Must be cheap: no threads, no files, no output. Null means that the
/// plugin cannot work with a host of this minor version.
pub type Entry = unsafe extern "C" fn(host_minor: u32) -> *const Plugin;
