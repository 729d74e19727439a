//! The extension `surmise.importance/1`: how much each feature mattered to a fitted model.

use crate::Instance;

/// The id that `get_extension` of a model answers with an [`Importance`].
pub const IMPORTANCE_ID: &str = "surmise.importance/1";

/// Writes a number for each feature that the model was fitted with: not negative, finite, larger
/// for what mattered more, on a scale of the model's own. `[exclusive]`, after `fit` or `load`.
pub type ImportanceFeatures =
    unsafe extern "C" fn(instance: *mut Instance, out: *mut f64, out_len: u64) -> i32;

/// The extension's table, in static storage.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Importance {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// See [`ImportanceFeatures`].
    pub features: Option<ImportanceFeatures>,
}
