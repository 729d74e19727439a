//! The extension `surmise.gradient/1`: a model whose training the host drives.
//!
//! The host owns the parameters, the optimizer and the regularization; the model says how many
//! parameters there are, where they start, and what loss, slopes and outputs they give. Order of
//! calls on an instance: `create`, `begin`, then the others in any order; another `begin` starts
//! over. All of them are `[exclusive]`.

use core::ffi::c_void;

use crate::{Dataset, Instance, Str};

/// The id that `get_extension` of a model answers with a [`Gradient`].
pub const GRADIENT_ID: &str = "surmise.gradient/1";

/// Role of a block: weights, which weight decay, L1 and L2 shrink. Row i of the block holds what
/// flows into unit i, which max-norm bounds.
pub const ROLE_WEIGHT: u32 = 1;
/// Role of a block: biases. No regularization touches them, nor any role that a host does not know.
pub const ROLE_BIAS: u32 = 2;
/// Role of a block: gains, such as those of a batch normalization; left alone like biases.
pub const ROLE_SCALE: u32 = 3;

/// Flag of a pass: the model trains, so dropout drops and batch statistics are taken and kept.
pub const PASS_TRAIN: u32 = 1;

/// The data that the model will see, from which its number of parameters follows.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct GradientShape {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Number of features.
    pub n_features: u64,
    /// Number of classes; 0 for a regression.
    pub n_classes: u64,
    /// Number of target columns: 1 for classes.
    pub n_targets: u64,
    /// Element type of features, parameters, state and gradient: [`F32`](crate::F32) or
    /// [`F64`](crate::F64), one that the descriptor lists under `gradient`.
    pub dtype: u32,
    /// Zero.
    pub flags: u32,
}

/// Some adjacent parameters, or some of the state, under a name. Never grows.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct GradientBlock {
    /// Its name, unique among the blocks of its kind.
    pub name: Str,
    /// Place of its first element.
    pub offset: u64,
    /// Number of rows, one for each unit.
    pub rows: u64,
    /// Number of columns; the block has rows × cols elements, row-major.
    pub cols: u64,
    /// What it holds, such as [`ROLE_WEIGHT`]; 0 for state.
    pub role: u32,
    /// Zero.
    pub flags: u32,
}

/// How parameters and state are laid out. The host sets `struct_size` and zeroes the rest, the
/// plugin fills it. The blocks follow each other from 0 to the end without gaps; they and their
/// names stay as they are until the next `begin` or `destroy`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct GradientLayout {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// Number of parameters, at least 1.
    pub n_params: u64,
    /// Blocks of parameters.
    pub blocks: *const GradientBlock,
    /// How many.
    pub n_blocks: u64,
    /// Number of values that change with training but have no slope, such as running means.
    pub n_state: u64,
    /// Blocks of state.
    pub state_blocks: *const GradientBlock,
    /// How many.
    pub n_state_blocks: u64,
}

/// How a pass over a batch is made.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct GradientPass {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// The only source of randomness of this pass, such as for dropout.
    pub seed: u64,
    /// [`PASS_TRAIN`] or 0; unknown bits are ignored.
    pub flags: u32,
    /// How many threads the pass may use.
    pub n_threads: u32,
}

/// Takes the shape of the data, and fills the layout.
pub type GradientBegin = unsafe extern "C" fn(
    instance: *mut Instance,
    shape: *const GradientShape,
    layout: *mut GradientLayout,
) -> i32;

/// Writes where training starts: all parameters and all of the state (null if there is none). The
/// same seed gives the same bytes.
pub type GradientInit = unsafe extern "C" fn(
    instance: *mut Instance,
    seed: u64,
    params: *mut c_void,
    state: *mut c_void,
) -> i32;

/// Writes the mean loss of the rows of a batch, each counted by its weight, and its slope by each
/// parameter (null where nobody asks for it). The batch is dense rows of the dtype, with adjacent
/// targets and no names. Regularization is the host's and no part of the loss. The state is only
/// written with [`PASS_TRAIN`].
pub type GradientLoss = unsafe extern "C" fn(
    instance: *mut Instance,
    pass: *const GradientPass,
    batch: *const Dataset,
    params: *const c_void,
    state: *mut c_void,
    loss: *mut f64,
    gradient: *mut c_void,
) -> i32;

/// Writes the outputs for some rows, as `predict` of a fitted model would: for a regression
/// [`PREDICT_VALUE`](crate::PREDICT_VALUE), n_rows × n_targets; for classes
/// [`PREDICT_PROBA`](crate::PREDICT_PROBA). A model may answer other kinds with
/// [`E_UNSUPPORTED`](crate::E_UNSUPPORTED).
pub type GradientForward = unsafe extern "C" fn(
    instance: *mut Instance,
    pass: *const GradientPass,
    x: *const Dataset,
    params: *const c_void,
    state: *const c_void,
    kind: u32,
    out: *mut f64,
    out_len: u64,
) -> i32;

/// The extension's table, in static storage; every function is required.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct Gradient {
    /// Size of this struct in bytes, as its maker knows it.
    pub struct_size: u64,
    /// See [`GradientBegin`].
    pub begin: Option<GradientBegin>,
    /// See [`GradientInit`].
    pub init: Option<GradientInit>,
    /// See [`GradientLoss`].
    pub loss_and_gradient: Option<GradientLoss>,
    /// See [`GradientForward`].
    pub forward: Option<GradientForward>,
}
