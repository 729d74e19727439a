//! The numbers of the header, under the header's names without their `SURMISE_` prefix.

/// The version that a plugin and a host must agree on.
pub const ABI_MAJOR: u32 = 1;
/// The version that only adds fields at the end of structs.
pub const ABI_MINOR: u32 = 0;
/// The one symbol that a plugin exports.
pub const ENTRY_NAME: &str = "surmise_plugin_entry_v1";
/// The same, NUL-terminated as loaders want it.
pub const ENTRY_SYMBOL: &[u8] = b"surmise_plugin_entry_v1\0";

/// The call did its work.
pub const OK: i32 = 0;
/// `fit` ended early because `report` or `should_stop` said so; the model is usable.
pub const STOPPED: i32 = 1;
/// Hyperparameters or data were refused.
pub const E_INVALID: i32 = -1;
/// The model cannot do that.
pub const E_UNSUPPORTED: i32 = -2;
/// The instance was not fitted yet.
pub const E_NOT_FITTED: i32 = -3;
/// The computation diverged or met a singular matrix.
pub const E_NUMERIC: i32 = -4;
/// Out of memory.
pub const E_NOMEM: i32 = -5;
/// A reader or writer callback failed.
pub const E_IO: i32 = -6;
/// `load` was given bytes that are not a state of this model, or of a newer one.
pub const E_BAD_STATE: i32 = -7;
/// The host asked to abandon the call.
pub const E_CANCELLED: i32 = -8;
/// The plugin panicked: the instance is poisoned and only `destroy` is allowed now.
pub const E_PANIC: i32 = -9;
/// A bug in the plugin.
pub const E_INTERNAL: i32 = -10;

/// Verdict of `report` and `should_stop`: go on.
pub const CONTINUE: i32 = 0;
/// Verdict: finish soon and keep the best model so far.
pub const STOP: i32 = 1;
/// Verdict: abandon, return [`E_CANCELLED`].
pub const CANCEL: i32 = 2;

/// Element type: 32-bit float.
pub const F32: u32 = 1;
/// Element type: 64-bit float.
pub const F64: u32 = 2;
/// Element type: 32-bit signed integer.
pub const I32: u32 = 3;
/// Element type: 64-bit signed integer.
pub const I64: u32 = 4;
/// Element type: 32-bit unsigned integer.
pub const U32: u32 = 5;
/// Element type: byte.
pub const U8: u32 = 6;

/// Dense row-major: `row_stride >= cols`, `col_stride == 1`.
pub const LAYOUT_ROWS: u32 = 1;
/// Dense column-major: `col_stride >= rows`, `row_stride == 1`.
pub const LAYOUT_COLS: u32 = 2;
/// Compressed sparse rows.
pub const LAYOUT_CSR: u32 = 3;
/// Typed columns with categories and validity bitmaps.
pub const LAYOUT_COLUMNS: u32 = 4;

/// Column of numbers; missing is NaN, or validity bit 0.
pub const COL_NUMBER: u32 = 1;
/// Column of `i32` codes of the training rows' categories; one that is missing, or not among them,
/// is -1.
pub const COL_CATEGORY: u32 = 2;
/// Column of `u8` 0 or 1; missing is validity bit 0.
pub const COL_BOOL: u32 = 3;

/// Predict values, `n_rows × n_targets`; for classes the class code.
pub const PREDICT_VALUE: u32 = 1;
/// Predict class probabilities: `n_rows × n_classes`, each row sums to 1.
pub const PREDICT_PROBA: u32 = 2;
/// Predict decision scores: one column for two classes (positive means class 1), else one a class.
pub const PREDICT_DECISION: u32 = 3;
