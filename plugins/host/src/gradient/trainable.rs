//! The calls on a model that was begun, and the checks around them.

use std::fmt;
use std::marker::PhantomData;
use std::ptr;

use surmise_plugin_abi as abi;

use super::{Batch, BatchTarget, Layout, Outputs, Pass, Point, Real, Shape};
use crate::data::check_weights;
use crate::dataset::matrix;
use crate::instance::{Instance, failed};
use crate::{Error, PredictKind, Result, output, scan};

/// Places of a gradient between two that are marked in a pass: a prime number, so that all blocks
/// have their turn.
const SPREAD: usize = 1021;

/// A model begun for one shape of data, in one precision; may move to another thread.
pub struct Trainable<T> {
    pub(super) instance: Instance,
    pub(super) functions: Functions,
    pub(super) shape: Shape,
    pub(super) layout: Layout,
    pub(super) precision: PhantomData<T>,
    /// Passes with a gradient so far.
    pub(super) n_passes: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Functions {
    pub(super) begin: abi::GradientBegin,
    pub(super) init: abi::GradientInit,
    pub(super) loss_and_gradient: abi::GradientLoss,
    pub(super) forward: abi::GradientForward,
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
        let slopes = gradient.as_deref_mut();
        let loss = self.loss_and_unchecked_gradient(pass, batch, params, state, slopes)?;
        match gradient.and_then(|g| Some((not_finite(g)?, g))) {
            None => Ok(loss),
            Some((i, gradient)) => {
                let (place, slope) = (self.layout.place(i), gradient[i]);
                let problem = format!("the slope by {place} is {slope:?}, or was not written");
                Err(self.diverged(&problem))
            }
        }
    }

    /// The same for whoever looks whether each slope is finite, as a training does when it walks
    /// over them: here nobody does.
    ///
    /// # Errors
    /// As of [`loss_and_gradient`](Trainable::loss_and_gradient), but for slopes.
    pub fn loss_and_unchecked_gradient(
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
            mark(gradient, self.n_passes);
            self.n_passes += 1;
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

/// Puts numbers where the model must write others: everywhere before the first pass; later, so
/// that this costs no walk through memory, at a few places that are others in every pass.
fn mark<T: Real>(gradient: &mut [T], n_passes: usize) {
    match n_passes {
        0 => gradient.fill(T::NAN),
        n => gradient.iter_mut().skip(n % SPREAD).step_by(SPREAD).for_each(|slope| *slope = T::NAN),
    }
}

fn not_finite<T: Copy + Into<f64>>(values: &[T]) -> Option<usize> {
    scan::first(values, |value| !value.into().is_finite())
}

fn check_len(what: &str, found: usize, expected: usize) -> Result<()> {
    match found == expected {
        true => Ok(()),
        false => Err(Error::data(format!("{what} have {found} entries, not {expected}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slope_is_marked_first_and_once_in_a_while() {
        let n = 3 * SPREAD + 7;
        let mut gradient = vec![0.0_f32; n];
        mark(&mut gradient, 0);
        assert!(gradient.iter().all(|slope| slope.is_nan()));
        gradient.fill(0.0);
        for n_passes in 1..=SPREAD {
            mark(&mut gradient, n_passes);
            let marked = gradient.iter().filter(|slope| slope.is_nan()).count();
            assert!(marked <= 4 * n_passes, "a few in a pass, not {marked}");
        }
        assert!(gradient.iter().all(|slope| slope.is_nan()));
    }

    #[test]
    fn no_finite_number_is_found() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(not_finite(&[1.0, bad, bad]), Some(1));
        }
        assert_eq!(not_finite(&[1.0, f64::MAX]), None);
    }
}
