//! Models whose training the host drives, through the extension `surmise.gradient/1`.
//!
//! [`Model::begin`] makes a [`Trainable`] for one shape of data and one precision. The training
//! loop owns the parameters and the state; the model tells where they start, and loss, slopes and
//! outputs for them. What it tells is checked: sizes, blocks, and that every number is finite.

use std::fmt;
use std::marker::PhantomData;

use serde_json::{Map, Value};
use surmise_core::component::{Precision, Task};
use surmise_plugin_abi as abi;

use crate::data::COLUMNS_MAX;
use crate::instance::Instance;
use crate::{Error, Model, Result};

mod layout;
mod trainable;

pub use layout::{Block, Layout, Role};
use trainable::Functions;
pub use trainable::Trainable;

/// `f32` or `f64`: the numbers of features, parameters, state and gradient.
pub trait Real: Copy + Into<f64> + fmt::Debug + Send + Sync + sealed::Real + 'static {
    /// As a descriptor names it.
    const PRECISION: Precision;

    /// The nearest number of this precision.
    fn nearest(value: f64) -> Self;
}

impl Real for f32 {
    const PRECISION: Precision = Precision::F32;

    fn nearest(value: f64) -> Self {
        value as f32
    }
}

impl Real for f64 {
    const PRECISION: Precision = Precision::F64;

    fn nearest(value: f64) -> Self {
        value
    }
}

mod sealed {
    pub trait Real: Sized {
        const DTYPE: u32;
        const NAN: Self;

        /// Its bytes, the lowest first.
        fn le(&self) -> Vec<u8>;

        /// The numbers that such bytes are; what is left at the end is not looked at.
        fn from_le(bytes: &[u8]) -> Vec<Self>;
    }

    impl Real for f32 {
        const DTYPE: u32 = surmise_plugin_abi::F32;
        const NAN: Self = Self::NAN;

        fn le(&self) -> Vec<u8> {
            self.to_le_bytes().to_vec()
        }

        fn from_le(bytes: &[u8]) -> Vec<Self> {
            bytes.as_chunks().0.iter().map(|bytes| Self::from_le_bytes(*bytes)).collect()
        }
    }

    impl Real for f64 {
        const DTYPE: u32 = surmise_plugin_abi::F64;
        const NAN: Self = Self::NAN;

        fn le(&self) -> Vec<u8> {
            self.to_le_bytes().to_vec()
        }

        fn from_le(bytes: &[u8]) -> Vec<Self> {
            bytes.as_chunks().0.iter().map(|bytes| Self::from_le_bytes(*bytes)).collect()
        }
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
        Ok(Trainable { instance, functions, shape, layout, precision: PhantomData, n_passes: 0 })
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
