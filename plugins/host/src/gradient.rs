//! Models whose training the host drives, through the extension `surmise.gradient/1`.
//!
//! [`Model::begin`] makes a [`Trainable`] for one shape of data and one precision. The training
//! loop owns the parameters and the state; the model tells where they start, and loss, slopes and
//! outputs for them. What it tells is checked: sizes, blocks, and that every number is finite.

use std::fmt;
use std::ptr;

use serde_json::{Map, Value};
use surmise_core::component::{Precision, Task};
use surmise_plugin_abi as abi;

use crate::data::{COLUMNS_MAX, check_weights};
use crate::dataset::matrix;
use crate::instance::{Instance, failed};
use crate::{Error, Model, PredictKind, Result, output};

mod layout;

pub use layout::{Block, Layout, Role};

/// `f32` or `f64`: the numbers of features, parameters, state and gradient.
pub trait Real: Copy + Into<f64> + fmt::Debug + Send + Sync + sealed::Real + 'static {
    /// As a descriptor names it.
    const PRECISION: Precision;
}

impl Real for f32 {
    const PRECISION: Precision = Precision::F32;
}

impl Real for f64 {
    const PRECISION: Precision = Precision::F64;
}

mod sealed {
    pub trait Real {
        const DTYPE: u32;
        const NAN: Self;
    }

    impl Real for f32 {
        const DTYPE: u32 = surmise_plugin_abi::F32;
        const NAN: Self = Self::NAN;
    }

    impl Real for f64 {
        const DTYPE: u32 = surmise_plugin_abi::F64;
        const NAN: Self = Self::NAN;
    }
}

/// The data that a model will be trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Number of features.
    pub n_features: usize,
    /// What comes out for a row.
    pub outputs: Outputs,
}

/// What comes out for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// The probability of each of so many classes.
    Classes(usize),
    /// So many values, one for each target column.
    Values(usize),
}

impl Outputs {
    /// How many numbers.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Self::Classes(n) | Self::Values(n) => n,
        }
    }

    /// Whether there are none, which no model takes.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn task(self) -> Task {
        match self {
            Self::Classes(_) => Task::Classification,
            Self::Values(_) => Task::Regression,
        }
    }
}

/// How a pass over a batch is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Whether the model trains: dropout drops, batch statistics are taken and kept in the state.
    pub train: bool,
    /// The only source of randomness of the pass.
    pub seed: u64,
    /// How many threads it may use; 0 counts as 1.
    pub n_threads: u32,
}

/// Rows of a pass.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a, T> {
    /// The features, `n_rows × n_features`, row-major; at least one row.
    pub x: &'a [T],
    /// What the rows should come out as.
    pub target: BatchTarget<'a>,
    /// How much each row counts in the mean; `None` if all count the same.
    pub weights: Option<&'a [f64]>,
}

/// What the rows of a batch should come out as.
#[derive(Debug, Clone, Copy)]
pub enum BatchTarget<'a> {
    /// The class of each row.
    Classes(&'a [u32]),
    /// Values, `n_rows × n_outputs`, row-major.
    Values(&'a [f64]),
}

/// Where training starts, or has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<T> {
    /// The parameters.
    pub params: Vec<T>,
    /// What changes with training but has no slope, such as running means.
    pub state: Vec<T>,
}

/// A model begun for one shape of data, in one precision; may move to another thread.
pub struct Trainable<T> {
    instance: Instance,
    functions: Functions,
    shape: Shape,
    layout: Layout,
    precision: std::marker::PhantomData<T>,
}

#[derive(Clone, Copy)]
struct Functions {
    begin: abi::GradientBegin,
    init: abi::GradientInit,
    loss_and_gradient: abi::GradientLoss,
    forward: abi::GradientForward,
}

impl Model {
    /// Completes and checks `params`, and begins a model for data of this shape, in the precision
    /// `T`.
    ///
    /// # Errors
    /// [`Error::Settings`] and [`Error::Data`] before anything runs; [`Error::Call`] if the model
    /// fails, [`Error::Contract`] if it breaks a promise of the extension.
    pub fn begin<T: Real>(
        &self,
        params: &Map<String, Value>,
        shape: Shape,
    ) -> Result<Trainable<T>> {
        let name = &self.info().component.name;
        if !self.info().gradient.contains(&T::PRECISION) {
            let problem = format!("model `{name}` has no gradient in {:?}", T::PRECISION);
            return Err(Error::data(problem));
        }
        if !self.info().tasks.contains(&shape.outputs.task()) {
            return Err(Error::data(format!("model `{name}` does no {}", shape.outputs.task())));
        }
        for (what, n) in [("features", shape.n_features), ("outputs", shape.outputs.len())] {
            if n == 0 || COLUMNS_MAX < n {
                return Err(Error::data(format!("{n} {what}, not 1 to {COLUMNS_MAX}")));
            }
        }
        let params = self.resolve(params)?;
        let functions = self.gradient_functions()?;
        let mut instance = Instance::create(self, &params)?;
        let layout = begin(&mut instance, functions, shape, T::DTYPE)?;
        Ok(Trainable { instance, functions, shape, layout, precision: std::marker::PhantomData })
    }

    fn gradient_functions(&self) -> Result<Functions> {
        let lacks = |what: &str| self.contract("get_extension", format!("it lacks {what}"));
        let table = self.extension::<abi::Gradient>(abi::GRADIENT_ID)?;
        let table = table.ok_or_else(|| lacks("`surmise.gradient/1`, which it describes"))?;
        Ok(Functions {
            begin: table.begin.ok_or_else(|| lacks("the function `begin`"))?,
            init: table.init.ok_or_else(|| lacks("the function `init`"))?,
            loss_and_gradient: table
                .loss_and_gradient
                .ok_or_else(|| lacks("the function `loss_and_gradient`"))?,
            forward: table.forward.ok_or_else(|| lacks("the function `forward`"))?,
        })
    }
}

fn begin(
    instance: &mut Instance,
    functions: Functions,
    shape: Shape,
    dtype: u32,
) -> Result<Layout> {
    let (n_classes, n_targets) = match shape.outputs {
        Outputs::Classes(n) => (n as u64, 1),
        Outputs::Values(n) => (0, n as u64),
    };
    let shape = abi::GradientShape {
        struct_size: size_of::<abi::GradientShape>() as u64,
        n_features: shape.n_features as u64,
        n_classes,
        n_targets,
        dtype,
        flags: 0,
    };
    let mut layout = layout::empty();
    let pointer = instance.pointer();
    instance.call("begin", || {
        // SAFETY: a live instance that nobody else uses; both structs live for the call.
        unsafe { (functions.begin)(pointer, &raw const shape, &raw mut layout) }
    })?;
    // SAFETY: by the ABI the blocks stay until the instance is begun again or destroyed.
    unsafe { layout::read(&layout) }.map_err(|problem| instance.model().contract("begin", problem))
}

impl<T: Real> Trainable<T> {
    /// How parameters and state are laid out.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The shape that it was begun for.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Where training starts for a seed.
    ///
    /// # Errors
    /// [`Error::Call`] if the model fails; [`Error::Contract`] if a value is not finite or not
    /// written.
    pub fn init(&mut self, seed: u64) -> Result<Point<T>> {
        let mut params = vec![T::NAN; self.layout.n_params()];
        let mut state = vec![T::NAN; self.layout.n_state()];
        let (pointer, init) = (self.instance.pointer(), self.functions.init);
        let places = (params.as_mut_ptr().cast(), place_mut(&mut state));
        self.instance.call("init", || {
            // SAFETY: a live instance that nobody else uses; both have the sizes of the layout.
            unsafe { init(pointer, seed, places.0, places.1) }
        })?;
        let unwritten = |i: usize, what: &str, value: f64| {
            let problem = format!("{what} {i} starts as {value}, or was not written");
            self.instance.model().contract("init", problem)
        };
        match (not_finite(&params), not_finite(&state)) {
            (None, None) => Ok(Point { params, state }),
            (Some(i), _) => Err(unwritten(i, "parameter", params[i].into())),
            (_, Some(i)) => Err(unwritten(i, "state value", state[i].into())),
        }
    }

    /// The mean loss of a batch, and into `gradient`, where there is one, its slope by each
    /// parameter. Only a pass that trains changes the state.
    ///
    /// # Errors
    /// [`Error::Data`] for lengths that do not fit the layout, or targets that do not fit the
    /// shape; [`Error::Call`] if the model fails; an error that [`Error::is_numeric`] knows if
    /// loss, gradient or state come out as no finite numbers.
    pub fn loss_and_gradient(
        &mut self,
        pass: Pass,
        batch: &Batch<'_, T>,
        params: &[T],
        state: &mut [T],
        mut gradient: Option<&mut [T]>,
    ) -> Result<f64> {
        self.check_point(params, state)?;
        let n_rows = self.check_batch(batch)?;
        if let Some(gradient) = &mut gradient {
            check_len("the gradient", gradient.len(), self.layout.n_params())?;
            gradient.fill(T::NAN);
        }
        let rows = self.dataset(batch.x, n_rows, Some(batch));
        let (pointer, call) = (self.instance.pointer(), self.functions.loss_and_gradient);
        let (pass, mut loss) = (abi_pass(pass), f64::NAN);
        let (place, state_place) = (params.as_ptr().cast(), place_mut(state));
        let slopes = gradient.as_mut().map_or(ptr::null_mut(), |g| g.as_mut_ptr().cast());
        self.instance.call("loss_and_gradient", || {
            // SAFETY: a live instance that nobody else uses; everything has the sizes of the
            // layout and lives for the call.
            unsafe {
                call(
                    pointer,
                    &raw const pass,
                    &raw const rows,
                    place,
                    state_place,
                    &raw mut loss,
                    slopes,
                )
            }
        })?;
        if !loss.is_finite() {
            return Err(self.diverged(&format!("the loss is {loss}, or was not written")));
        }
        if let Some((i, gradient)) = gradient.and_then(|g| Some((not_finite(g)?, g))) {
            let (place, slope) = (self.layout.place(i), gradient[i]);
            let problem = format!("the slope by {place} is {slope:?}, or was not written");
            return Err(self.diverged(&problem));
        }
        match not_finite(state) {
            None => Ok(loss),
            Some(i) => Err(self.diverged(&format!("state value {i} has become {:?}", state[i]))),
        }
    }

    /// The outputs for some rows: probabilities or values, `n_rows × n_outputs`, row-major. Every
    /// one is finite; probabilities are treated as in [`Fitted::predict`](crate::Fitted::predict).
    ///
    /// # Errors
    /// [`Error::Data`] for lengths that do not fit; [`Error::Call`] if the model fails;
    /// [`Error::Contract`] for outputs that cannot be used.
    pub fn forward(
        &mut self,
        x: &[T],
        params: &[T],
        state: &[T],
        n_threads: u32,
    ) -> Result<Vec<f64>> {
        self.check_point(params, state)?;
        let n_rows = self.n_rows(x)?;
        let (kind, abi_kind, n_classes) = match self.shape.outputs {
            Outputs::Classes(n) => (PredictKind::Proba, abi::PREDICT_PROBA, Some(n)),
            Outputs::Values(_) => (PredictKind::Value, abi::PREDICT_VALUE, None),
        };
        let n_values = n_rows.checked_mul(self.shape.outputs.len());
        let n_values = n_values.ok_or_else(|| Error::data("too many rows to predict"))?;
        let mut out = Vec::new();
        out.try_reserve_exact(n_values).map_err(|_| Error::data("too many rows to predict"))?;
        out.resize(n_values, f64::NAN);
        let rows = self.dataset(x, n_rows, None);
        let pass = abi_pass(Pass { train: false, seed: 0, n_threads });
        let (pointer, call) = (self.instance.pointer(), self.functions.forward);
        let places = (params.as_ptr().cast(), place(state), out.as_mut_ptr());
        self.instance.call("forward", || {
            let len = n_values as u64;
            // SAFETY: as in `loss_and_gradient`; `out` has room for `len` values.
            unsafe {
                call(
                    pointer,
                    &raw const pass,
                    &raw const rows,
                    places.0,
                    places.1,
                    abi_kind,
                    places.2,
                    len,
                )
            }
        })?;
        output::accept(kind, n_classes, &mut out)
            .map_err(|problem| self.instance.model().contract("forward", problem))?;
        Ok(out)
    }

    fn check_point(&self, params: &[T], state: &[T]) -> Result<()> {
        check_len("the parameters", params.len(), self.layout.n_params())?;
        check_len("the state", state.len(), self.layout.n_state())
    }

    fn n_rows(&self, x: &[T]) -> Result<usize> {
        match x.len() % self.shape.n_features {
            0 => Ok(x.len() / self.shape.n_features),
            _ => Err(Error::data(format!(
                "{} values are no rows of {} features",
                x.len(),
                self.shape.n_features
            ))),
        }
    }

    fn check_batch(&self, batch: &Batch<'_, T>) -> Result<usize> {
        let n_rows = self.n_rows(batch.x)?;
        if n_rows == 0 {
            return Err(Error::data("a batch has at least one row"));
        }
        if let Some(weights) = batch.weights {
            check_weights(weights, n_rows)?;
        }
        match (batch.target, self.shape.outputs) {
            (BatchTarget::Classes(codes), Outputs::Classes(n)) => {
                check_len("the classes", codes.len(), n_rows)?;
                match codes.iter().find(|code| n <= **code as usize) {
                    None => Ok(n_rows),
                    Some(code) => Err(Error::data(format!("class {code} of {n}"))),
                }
            }
            (BatchTarget::Values(values), Outputs::Values(n)) => {
                check_len("the targets", values.len(), n_rows.saturating_mul(n))?;
                match not_finite(values) {
                    None => Ok(n_rows),
                    Some(i) => Err(Error::data(format!("target {i} is {}", values[i]))),
                }
            }
            _ => Err(Error::data("the batch is for another task than the model")),
        }
    }

    /// Shows rows to the plugin; valid as long as what they borrow.
    fn dataset(&self, x: &[T], n_rows: usize, batch: Option<&Batch<'_, T>>) -> abi::Dataset {
        let target = match batch.map(|batch| batch.target) {
            None => abi::Matrix::NONE,
            Some(BatchTarget::Classes(codes)) => matrix(codes.as_ptr().cast(), abi::U32, n_rows, 1),
            Some(BatchTarget::Values(values)) => {
                matrix(values.as_ptr().cast(), abi::F64, n_rows, self.shape.outputs.len())
            }
        };
        let n_classes = match self.shape.outputs {
            Outputs::Classes(n) if batch.is_some() => n as u64,
            _ => 0,
        };
        let weights = batch.and_then(|batch| batch.weights);
        abi::Dataset {
            struct_size: size_of::<abi::Dataset>() as u64,
            n_rows: n_rows as u64,
            n_features: self.shape.n_features as u64,
            layout: abi::LAYOUT_ROWS,
            flags: 0,
            dense: matrix(x.as_ptr().cast(), T::DTYPE, n_rows, self.shape.n_features),
            csr: abi::Csr::NONE,
            columns: ptr::null(),
            target,
            n_classes,
            classes: ptr::null(),
            weights: weights.map_or(ptr::null(), <[f64]>::as_ptr),
            group_offsets: ptr::null(),
            n_groups: 0,
        }
    }

    fn diverged(&self, problem: &str) -> Error {
        let problem = Some(problem.to_owned());
        failed(self.instance.model(), "loss_and_gradient", abi::E_NUMERIC, problem)
    }
}

impl<T> fmt::Debug for Trainable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trainable({:?}, {:?})", self.instance.model(), self.shape)
    }
}

fn abi_pass(pass: Pass) -> abi::GradientPass {
    abi::GradientPass {
        struct_size: size_of::<abi::GradientPass>() as u64,
        seed: pass.seed,
        flags: if pass.train { abi::PASS_TRAIN } else { 0 },
        n_threads: pass.n_threads.max(1),
    }
}

/// Null where there is nothing, as the ABI has it.
fn place<T>(values: &[T]) -> *const std::ffi::c_void {
    if values.is_empty() { ptr::null() } else { values.as_ptr().cast() }
}

fn place_mut<T>(values: &mut [T]) -> *mut std::ffi::c_void {
    if values.is_empty() { ptr::null_mut() } else { values.as_mut_ptr().cast() }
}

fn not_finite<T: Copy + Into<f64>>(values: &[T]) -> Option<usize> {
    values.iter().position(|value| !(*value).into().is_finite())
}

fn check_len(what: &str, found: usize, expected: usize) -> Result<()> {
    match found == expected {
        true => Ok(()),
        false => Err(Error::data(format!("{what} have {found} entries, not {expected}"))),
    }
}
