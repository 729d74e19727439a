//! A gradient model under test: are its slopes those of its loss, and does it learn?

use super::table::Table;
use super::{Data, OwnedTarget};
use crate::gradient::{Batch, BatchTarget, Built};
use crate::{
    Error, Eval, GradientModel, Random, Real, Result, Rows, Shape, StateBlock, Step, View, ViewMut,
};

/// The most parameters that are moved one by one, spread over all.
const MOVED_MAX: usize = 500;
/// How far a slope may be from the one measured, relative to the larger of it and 1.
const TOLERANCE: f64 = 1e-5;
/// How far double and single precision may be apart.
const NARROW_TOLERANCE: f64 = 1e-3;

/// Checks a model's gradient as a host would rely on it, at the start of training and after a small
/// move away from it:
///
/// - each slope is the one measured by moving that parameter a little to both sides, with and
///   without training (the randomness of a pass fixed by its seed);
/// - a row of weight 2 counts like the same row twice;
/// - `f32` gives nearly what `f64` gives.
///
/// Where a loss has a kink (a ReLU at 0), a slope is only found wrong if it is wrong for a larger
/// and for a smaller move.
///
/// # Errors
/// The first of these that does not hold, with the block and the numbers; or an error of the model.
pub fn check_gradient<M: GradientModel>(params: &M::Params, data: &Data, seed: u64) -> Result<()> {
    let subject = Subject::<M>::new(params, data, seed)?;
    for train in [false, true] {
        let mut at = subject.start::<f64>()?;
        subject.check_slopes(&at, data, train)?;
        let mut random = Random::named(seed, "move");
        for value in &mut at.params {
            *value += 0.2 * random.uniform() - 0.1;
        }
        subject.check_slopes(&at, data, train)?;
    }
    subject.check_weights(data)?;
    subject.check_precision(data)
}

/// Trains by plain gradient descent on all rows, and says what came out. Enough for a test that a
/// model can learn; the host has better ways.
///
/// # Errors
/// Those of the model.
pub fn descend<M: GradientModel>(
    params: &M::Params,
    data: &Data,
    seed: u64,
    rate: f64,
    n_steps: u64,
) -> Result<Trained<M>> {
    let mut trained = start::<M>(params, data, seed)?;
    for step in 0..n_steps {
        let (loss, gradient) = trained.loss_and_gradient(data, true, step)?;
        trained.losses.push(loss);
        for (value, slope) in trained.at.params.iter_mut().zip(&gradient) {
            *value -= rate * slope;
        }
    }
    Ok(trained)
}

/// A model for data of this shape where training starts: for a test that trains by itself, such as
/// one that compares with numbers from elsewhere.
///
/// # Errors
/// Those of the model.
pub fn start<M: GradientModel>(params: &M::Params, data: &Data, seed: u64) -> Result<Trained<M>> {
    let subject = Subject::<M>::new(params, data, seed)?;
    let at = subject.start::<f64>()?;
    Ok(Trained { subject, at, losses: Vec::new() })
}

/// A model trained by [`descend`], or by a test from its [`start`].
pub struct Trained<M> {
    subject: Subject<M>,
    at: At<f64>,
    losses: Vec<f64>,
}

impl<M: GradientModel> Trained<M> {
    /// The outputs for some rows: class probabilities or values, one row after the other.
    ///
    /// # Errors
    /// Those of the model, and of a host: every output written, finite, probabilities summing to 1.
    pub fn forward<R: AsRef<[f64]>>(&self, rows: &[R]) -> Result<Vec<f64>> {
        let x = Table::new(rows, &[]);
        let built = &self.subject.built;
        let mut out = vec![f64::NAN; rows.len() * built.shape.n_outputs()];
        let (params, state) = (View::new(&self.at.params), View::new(&self.at.state));
        built.forward(&Eval { x: x.rows(), params, state, n_threads: 1 }, &mut out)?;
        if let Some(i) = out.iter().position(|value| !value.is_finite()) {
            return Err(Error::numeric(format!("output {i} is {} or was not written", out[i])));
        }
        let proper = |row: &[f64]| (row.iter().sum::<f64>() - 1.0).abs() <= 1e-6;
        match self.subject.built.shape.n_classes() {
            n @ 1.. if !out.chunks_exact(n).all(proper) => {
                Err(Error::numeric("the probabilities of a row do not sum to 1"))
            }
            _ => Ok(out),
        }
    }

    /// Loss and gradient for all rows of `data`; `seed` is that of the pass. A pass that trains
    /// changes the state.
    ///
    /// # Errors
    /// Those of the model, and of the checks before it.
    pub fn loss_and_gradient(
        &mut self,
        data: &Data,
        train: bool,
        seed: u64,
    ) -> Result<(f64, Vec<f64>)> {
        self.pass(data, train, seed, M::loss_and_gradient)
    }

    /// The same by a function of the model's own, for what only its author can reach, such as
    /// given dropout masks.
    ///
    /// # Errors
    /// Those of the function, and of the checks before it.
    pub fn pass(
        &mut self,
        data: &Data,
        train: bool,
        seed: u64,
        call: impl FnOnce(&M, &mut Step<'_, f64>) -> Result<f64>,
    ) -> Result<(f64, Vec<f64>)> {
        let mut gradient = vec![f64::NAN; self.at.params.len()];
        let mut kept = self.at.clone();
        let at = if train { &mut self.at } else { &mut kept };
        let loss = self.subject.pass_by(at, data, (train, seed), &mut gradient, call)?;
        Ok((loss, gradient))
    }

    /// The loss before each step of [`descend`].
    #[must_use]
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }

    /// The model, whose blocks index [`params`](Trained::params).
    #[must_use]
    pub fn model(&self) -> &M {
        &self.subject.built.model
    }

    /// The parameters.
    #[must_use]
    pub fn params(&self) -> View<'_, f64> {
        View::new(&self.at.params)
    }

    /// The parameters, to be moved.
    pub fn params_mut(&mut self) -> ViewMut<'_, f64> {
        ViewMut::new(&mut self.at.params)
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> View<'_, f64, StateBlock> {
        View::new(&self.at.state)
    }
}

/// Parameters and state.
#[derive(Clone)]
struct At<T> {
    params: Vec<T>,
    state: Vec<T>,
}

struct Subject<M> {
    built: Built<M>,
    seed: u64,
}

impl<M: GradientModel> Subject<M> {
    fn new(params: &M::Params, data: &Data, seed: u64) -> Result<Self> {
        let shape = match &data.target {
            OwnedTarget::Classes { names, .. } => {
                Shape::classification(data.x.n_features(), names.len())
            }
            OwnedTarget::Values(values) => {
                Shape::regression(data.x.n_features(), values.len() / data.x.n_rows().max(1))
            }
        }?;
        Ok(Self { built: Built::new(params, shape)?, seed })
    }

    fn start<T: Real>(&self) -> Result<At<T>> {
        let blocks = &self.built.blocks;
        let mut at = At {
            params: vec![T::nan(); blocks.n_params()],
            state: vec![T::nan(); blocks.n_state()],
        };
        self.built.init(self.seed, &mut at.params, &mut at.state)?;
        Ok(at)
    }

    /// The loss of all rows; `seed` is that of the pass.
    fn pass<T: Real>(
        &self,
        at: &mut At<T>,
        data: &Data,
        how: (bool, u64),
        gradient: &mut [T],
    ) -> Result<f64> {
        self.pass_by(at, data, how, gradient, M::loss_and_gradient)
    }

    fn pass_by<T: Real>(
        &self,
        at: &mut At<T>,
        data: &Data,
        (train, seed): (bool, u64),
        gradient: &mut [T],
        call: impl FnOnce(&M, &mut Step<'_, T>) -> Result<f64>,
    ) -> Result<f64> {
        let x: Vec<T> = data.x.rows().iter().flatten().map(|value| T::of(*value)).collect();
        let x = Rows::new(&x, data.x.n_rows(), data.x.n_features())?;
        let target = match &data.target {
            OwnedTarget::Classes { codes, .. } => BatchTarget::Classes(codes),
            OwnedTarget::Values(values) => BatchTarget::Values(values),
        };
        let mut step = Step {
            batch: Batch::new(x, target, data.weights.as_deref())?,
            params: View::new(&at.params),
            gradient: ViewMut::new(gradient),
            state: ViewMut::new(&mut at.state),
            train,
            random: Random::new(seed),
            n_threads: 1,
            wants_gradient: true,
        };
        self.built.checked_loss(&mut step, |step| call(&self.built.model, step))
    }

    /// Loss and gradient, with the state left as it is.
    fn slopes<T: Real>(&self, at: &At<T>, data: &Data, train: bool) -> Result<(f64, Vec<T>)> {
        let mut gradient = vec![T::nan(); at.params.len()];
        let loss = self.pass(&mut at.clone(), data, (train, self.seed), &mut gradient)?;
        Ok((loss, gradient))
    }

    fn check_slopes(&self, at: &At<f64>, data: &Data, train: bool) -> Result<()> {
        let (_, told) = self.slopes(at, data, train)?;
        let every = at.params.len().div_ceil(MOVED_MAX).max(1);
        for i in (0..at.params.len()).step_by(every) {
            let is_near = |found: f64| {
                (told[i] - found).abs() <= TOLERANCE * told[i].abs().max(found.abs()).max(1.0)
            };
            let found = [1e-5, 1e-7].map(|by| self.measured(at, data, train, i, by));
            let [coarse, fine] = found;
            let (coarse, fine) = (coarse?, fine?);
            if !is_near(coarse) && !is_near(fine) {
                let when = if train { "while training" } else { "without training" };
                return Err(Error::numeric(format!(
                    "{when}, the slope by parameter {} is given as {}, measured as {coarse}",
                    self.place(i),
                    told[i]
                )));
            }
        }
        Ok(())
    }

    fn measured(&self, at: &At<f64>, data: &Data, train: bool, i: usize, by: f64) -> Result<f64> {
        let loss = |by: f64| {
            let mut moved = at.clone();
            moved.params[i] += by;
            self.slopes(&moved, data, train).map(|(loss, _)| loss)
        };
        Ok((loss(by)? - loss(-by)?) / (2.0 * by))
    }

    fn check_weights(&self, data: &Data) -> Result<()> {
        let (n_rows, at) = (data.x.n_rows(), self.start::<f64>()?);
        let twice: Vec<usize> = (0..n_rows).chain(0..n_rows.div_ceil(2)).collect();
        let (_, doubled) =
            self.slopes(&at, &data.clone().weighted(&vec![1.0; n_rows]).at(&twice), false)?;
        let weights: Vec<f64> =
            (0..n_rows).map(|i| if i < n_rows.div_ceil(2) { 2.0 } else { 1.0 }).collect();
        let (_, weighted) = self.slopes(&at, &data.clone().weighted(&weights), false)?;
        self.compare(&doubled, &weighted, TOLERANCE, "a row twice", "its weight doubled")
    }

    fn check_precision(&self, data: &Data) -> Result<()> {
        let (_, wide) = self.slopes(&self.start::<f64>()?, data, false)?;
        let (_, narrow) = self.slopes(&self.start::<f32>()?, data, false)?;
        let narrow: Vec<f64> = narrow.into_iter().map(Real::wide).collect();
        self.compare(&wide, &narrow, NARROW_TOLERANCE, "f64", "f32")
    }

    fn compare(&self, a: &[f64], b: &[f64], tolerance: f64, of_a: &str, of_b: &str) -> Result<()> {
        let differs = |i: &usize| {
            let size = a[*i].abs().max(b[*i].abs()).max(1.0);
            let is_near = (a[*i] - b[*i]).abs() <= tolerance * size;
            !is_near
        };
        match (0..a.len()).find(differs) {
            None => Ok(()),
            Some(i) => Err(Error::numeric(format!(
                "the slope by parameter {} is {} with {of_a}, but {} with {of_b}",
                self.place(i),
                a[i],
                b[i]
            ))),
        }
    }

    /// Where a parameter stands, for people.
    fn place(&self, i: usize) -> String {
        let block = self.built.blocks.params().iter().rfind(|block| block.offset <= i);
        match block {
            Some(block) => {
                let at = i - block.offset;
                format!("`{}`[{}, {}]", block.name, at / block.cols, at % block.cols)
            }
            None => i.to_string(),
        }
    }
}

impl Data {
    /// Some of the rows, in this order.
    pub(super) fn at(&self, rows: &[usize]) -> Self {
        let target = match &self.target {
            OwnedTarget::Classes { codes, names } => OwnedTarget::Classes {
                codes: rows.iter().map(|i| codes[*i]).collect(),
                names: names.clone(),
            },
            OwnedTarget::Values(values) => {
                let n = values.len() / self.x.n_rows();
                let of = |i: &usize| &values[i * n..][..n];
                OwnedTarget::Values(rows.iter().flat_map(of).copied().collect())
            }
        };
        let view = self.x.rows();
        let x =
            Table::new(&rows.iter().map(|i| view.row(*i)).collect::<Vec<_>>(), self.x.categories());
        let weights = self.weights.as_ref();
        let weights = weights.map(|weights| rows.iter().map(|i| weights[*i]).collect());
        Self { x, target, weights, validation: self.validation.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    /// One weight for each feature, squared loss; wrong on demand.
    struct Linear<const WRONG: u8>(Block);

    impl<const WRONG: u8> GradientModel for Linear<WRONG> {
        type Params = ();
        const INFO: Info = Info::new("linear", "Least squares").tasks(&[Task::Regression]);

        fn build(_: &(), shape: Shape, blocks: &mut Blocks) -> Result<Self> {
            Ok(Self(blocks.weights("w", 1, shape.n_features())))
        }

        fn loss_and_gradient<T: Real>(&self, step: &mut Step<'_, T>) -> Result<f64> {
            let (batch, mut loss) = (step.batch, 0.0);
            for (i, (x, y)) in batch.x().iter().zip(batch.values()?).enumerate() {
                let residual = crate::ops::dot(&step.params[self.0], x) - T::of(*y);
                let share = match WRONG {
                    2 => T::one() / T::of(batch.n_rows() as f64),
                    _ => batch.share(i),
                };
                loss += (share * residual * residual).wide();
                let factor = T::of(if WRONG == 1 { 1.0 } else { 2.0 });
                crate::ops::add_scaled(&mut step.gradient[self.0], factor * share * residual, x);
            }
            Ok(loss)
        }

        fn forward<T: Real>(&self, eval: &Eval<'_, T>, out: &mut [T]) -> Result<()> {
            for (x, out) in eval.x.iter().zip(out) {
                *out = crate::ops::dot(&eval.params[self.0], x);
            }
            Ok(())
        }
    }

    fn data() -> Data {
        Data::regression(&[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], &[2.0, -1.0, 1.0])
    }

    #[test]
    fn a_right_gradient_passes_and_descends() {
        check_gradient::<Linear<0>>(&(), &data(), 3).expect("right");
        check_gradient::<Linear<0>>(&(), &data().weighted(&[0.5, 0.0, 3.0]), 3).expect("right");
        let trained = descend::<Linear<0>>(&(), &data(), 3, 0.3, 300).expect("trained");
        let weights = &trained.params()[trained.model().0];
        assert!((weights[0] - 2.0).abs() < 1e-6 && (weights[1] + 1.0).abs() < 1e-6, "{weights:?}");
        assert!(trained.losses()[0] > 0.1);
        assert!((trained.forward(&[[3.0, 1.0]]).expect("output")[0] - 5.0).abs() < 1e-5);
    }

    #[test]
    fn wrong_gradients_are_found() {
        let problem = check_gradient::<Linear<1>>(&(), &data(), 3).expect_err("half").to_string();
        assert!(problem.contains("the slope by parameter `w`[0, 0] is given as"), "{problem}");
        let problem = check_gradient::<Linear<2>>(&(), &data(), 3).expect_err("no weights");
        assert!(problem.to_string().contains("a row twice"), "{problem}");
    }
}
