//! A model with its data and stages, and how they are asked for losses.

use surmise_core::seed::Seed;

use super::pace::Pace;
use super::{Data, Run};
use crate::optimize::{Group, Penalty};
use crate::plan::Stage;
use crate::regularize::Setup;
use crate::rows::{self, Rows};
use crate::vector::{absolute_sum, all_within, square_sum};
use crate::{Differentiable, Error, Loop, ModelError, Pass, Point, Real, Result, Role};

pub(super) struct Session<'a, T: Real> {
    pub(super) model: &'a mut dyn Differentiable<T>,
    pub(super) data: &'a Data<'a, T>,
    pub(super) settings: Loop,
    pub(super) pace: Pace,
    pub(super) stages: Vec<Stage<T>>,
    pub(super) groups: Vec<Group>,
    pub(super) point: Point<T>,
    pub(super) seed: Seed,
    pub(super) n_threads: u32,
    pub(super) rows: Rows<T>,
    /// Batches so far.
    n_batches: u64,
    /// The epoch and the step that are under way, from 1.
    pub(super) epoch: u64,
    pub(super) step: u64,
}

impl<'a, T: Real> Session<'a, T> {
    /// Checks that all fits together, and begins the model. `decay` is the optimizer's own; `None`
    /// if it chooses by itself where it wants to know the loss.
    pub(super) fn begin(
        model: &'a mut dyn Differentiable<T>,
        data: &'a Data<'a, T>,
        settings: Loop,
        mut stages: Vec<Stage<T>>,
        run: Run,
        decay: Option<f64>,
    ) -> Result<Self> {
        rows::check("training", &data.train, data.shape)?;
        if let Some(validation) = &data.validation {
            rows::check("validation", validation, data.shape)?;
        }
        let pace = Pace::new(&settings, rows::n_rows(&data.train, data.shape));
        let setup = Setup {
            shape: data.shape,
            train: &data.train,
            has_validation: data.validation.is_some(),
            has_metric: data.validation.is_some() && data.metric.is_some(),
            full_batch: decay.is_none(),
            epochs: pace.epochs,
        };
        for stage in &mut stages {
            stage.regularizer.prepare(&setup)?;
        }
        let own = Penalty { decay: decay.unwrap_or(0.0), ..Penalty::default() };
        let penalty = stages.iter().fold(own, |sum, stage| sum.plus(stage.regularizer.penalty()));
        let groups = groups(model, penalty);
        let point = model.init(run.seed.child("init").to_u64()).map_err(|e| fail(e, 0, 0))?;
        let layout = model.layout();
        let lengths = (point.params.len(), point.state.len());
        if lengths != (layout.n_params(), layout.n_state) || lengths.0 == 0 {
            return Err(Error::data("the model starts with more or fewer values than it lays out"));
        }
        Ok(Self {
            model,
            data,
            settings,
            pace,
            stages,
            groups,
            point,
            seed: run.seed,
            n_threads: run.n_threads.max(1),
            rows: Rows::new(data.shape),
            n_batches: 0,
            epoch: 0,
            step: 0,
        })
    }

    /// The loss of some training rows as the stages change them, its slopes into `gradient`, and
    /// their weight. None if they all count nothing.
    pub(super) fn learn(
        &mut self,
        rows: &[usize],
        gradient: &mut [T],
    ) -> Result<Option<(f64, f64)>> {
        self.rows.gather(&self.data.train, rows);
        let batch = self.n_batches;
        self.n_batches += 1;
        for Stage { name, regularizer } in &self.stages {
            let seed = self.seed.child("regularization").child(name).child(batch);
            regularizer.on_rows(&mut self.rows, seed);
        }
        let rows = self.rows.batch();
        let weight = rows::weight(&rows, self.data.shape);
        if weight == 0.0 {
            return Ok(None);
        }
        let seed = self.seed.child("pass").child(batch).to_u64();
        let pass = Pass { train: true, seed, n_threads: self.n_threads };
        let Point { params, state } = &mut self.point;
        let loss = self
            .model
            .loss_and_gradient(pass, &rows, params, state, Some(gradient))
            .map_err(|e| fail(e, self.epoch, self.step))?;
        Ok(Some((self.finite(loss, "the loss")?, weight)))
    }

    /// Lets the next batch draw what the first one did.
    pub(super) fn rewind(&mut self) {
        self.n_batches = 0;
    }

    /// Lets the stages change the gradient.
    pub(super) fn change_gradient(&self, gradient: &mut [T]) {
        for Stage { name, regularizer } in &self.stages {
            let seed = self.seed.child("regularization").child(name).child("step").child(self.step);
            regularizer.on_gradient(self.step, gradient, seed);
        }
    }

    /// Lets the stages change the parameters that a step along a gradient came to, the largest of
    /// which is this, and looks whether they have diverged.
    pub(super) fn change_params(&mut self, largest: T, gradient: &[T]) -> Result<()> {
        let is_finite = largest <= T::MAX;
        if !is_finite {
            self.check_slopes(gradient)?;
        }
        if is_finite && !self.stages.is_empty() {
            for stage in &self.stages {
                stage.regularizer.on_params(self.model.layout(), &mut self.point.params);
            }
            return self.check_params();
        }
        self.within_bound(|bound| is_finite && largest <= bound)
    }

    /// Fails if a slope is no finite number, with its place.
    pub(super) fn check_slopes(&self, gradient: &[T]) -> Result<()> {
        if all_within(gradient, T::MAX) {
            return Ok(());
        }
        match gradient.iter().position(|g| !g.wide().is_finite()) {
            None => Ok(()),
            Some(i) => {
                let (place, slope) = (self.model.place(i), gradient[i].wide());
                Err(self.diverged(format!("the slope by {place} is {slope}")))
            }
        }
    }

    pub(super) fn check_params(&self) -> Result<()> {
        self.within_bound(|bound| all_within(&self.point.params, bound))
    }

    fn within_bound(&self, are_within: impl FnOnce(T) -> bool) -> Result<()> {
        let bound = T::of(self.settings.parameter_bound);
        match are_within(bound) {
            true => Ok(()),
            false => Err(self.diverged(format!("a parameter lies beyond ±{bound:?}"))),
        }
    }

    /// What L1 and L2 add to the loss.
    pub(super) fn penalty(&self) -> f64 {
        let of = |group: &Group| {
            let (params, Penalty { l1, l2, .. }) =
                (&self.point.params[group.range.clone()], group.penalty);
            let absolute = if l1 > 0.0 { l1 * absolute_sum(params) } else { 0.0 };
            let square = if l2 > 0.0 { 0.5 * l2 * square_sum(params) } else { 0.0 };
            absolute + square
        };
        self.groups.iter().map(of).sum()
    }

    pub(super) fn finite(&self, loss: f64, what: &str) -> Result<f64> {
        match loss.is_finite() {
            true => Ok(loss),
            false => Err(self.diverged(format!("{what} is {loss}"))),
        }
    }

    pub(super) fn diverged(&self, what: String) -> Error {
        Error::Diverged { epoch: self.epoch, step: self.step, what }
    }
}

pub(super) fn fail(error: ModelError, epoch: u64, step: u64) -> Error {
    match error {
        ModelError::Numeric(what) => Error::Diverged { epoch, step, what },
        ModelError::Failed(error) => Error::Model(error),
    }
}

/// Adjacent parameters that are shrunk alike, in as few groups as possible.
fn groups<T: Real>(model: &dyn Differentiable<T>, penalty: Penalty) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for block in &model.layout().blocks {
        let penalty = if block.role == Role::Weight { penalty } else { Penalty::default() };
        match groups.last_mut() {
            Some(last) if last.penalty == penalty => last.range.end = block.range.end,
            _ => groups.push(Group { range: block.range.clone(), penalty }),
        }
    }
    groups
}
