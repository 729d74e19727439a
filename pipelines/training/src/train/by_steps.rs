//! Training by an optimizer that makes a step from each gradient.

use super::clip::clip;
use super::order::Order;
use super::pace::Pace;
use super::session::Session;
use super::watch::Watch;
use super::{Ended, Observer, Trained};
use crate::optimize::Optimizer;
use crate::schedule::{Clock, Progress};
use crate::vector::{add, scale};
use crate::{Error, Real, Result, rows};

/// Makes steps, and has the memory for them.
pub(super) struct Stepper<T> {
    optimizer: Box<dyn Optimizer<T>>,
    gradient: Vec<T>,
    sum: Vec<T>,
}

/// A mean under way: Σ weight · loss, and Σ weight.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    pub(super) fn add(&mut self, loss: f64, weight: f64) {
        self.sum += weight * loss;
        self.weight += weight;
    }

    /// There is none of nothing.
    pub(super) fn value(self) -> Result<f64> {
        match self.weight > 0.0 {
            true => Ok(self.sum / self.weight),
            false => Err(Error::data(
                "an epoch has no row that counts: the weights of all its rows are 0",
            )),
        }
    }
}

impl<T: Real> Stepper<T> {
    pub(super) fn new(optimizer: Box<dyn Optimizer<T>>, n_params: usize) -> Self {
        let zeros = || vec![T::ZERO; n_params];
        Self { optimizer, gradient: zeros(), sum: zeros() }
    }

    pub(super) fn learning_rate(&self) -> f64 {
        self.optimizer.learning_rate()
    }

    /// One step from some batches, whose losses it adds to `mean`.
    pub(super) fn step(
        &mut self,
        session: &mut Session<'_, T>,
        batches: &[&[usize]],
        learning_rate: f64,
        mean: &mut Mean,
        still_wanted: &dyn Fn() -> Result<()>,
    ) -> Result<()> {
        session.step += 1;
        let mut all = 0.0;
        for rows in batches {
            still_wanted()?;
            let Some((loss, weight)) = session.learn(rows, &mut self.gradient)? else { continue };
            mean.add(loss, weight);
            if batches.len() > 1 {
                if all == 0.0 {
                    self.sum.fill(T::ZERO);
                }
                add(&mut self.sum, T::of(weight), &self.gradient);
            }
            all += weight;
        }
        if all == 0.0 {
            return Ok(());
        }
        if batches.len() > 1 {
            scale(&mut self.sum, T::of(1.0 / all));
            std::mem::swap(&mut self.sum, &mut self.gradient);
        }
        if session.settings.clip_value.is_some() {
            // It would make infinite slopes look like others.
            session.check_slopes(&self.gradient)?;
        }
        clip(&mut self.gradient, &session.settings);
        session.change_gradient(&mut self.gradient);
        let (params, groups) = (&mut session.point.params, &session.groups);
        let largest = self.optimizer.step(params, &self.gradient, learning_rate, groups);
        session.change_params(largest, &self.gradient)
    }
}

pub(super) fn train<T: Real>(
    mut session: Session<'_, T>,
    optimizer: Box<dyn Optimizer<T>>,
    mut clock: Clock,
    order: &Order<'_>,
    observer: &mut dyn Observer,
) -> Result<Trained<T>> {
    let n = rows::n_rows(&session.data.train, session.data.shape);
    let (pace, accumulate) = (session.pace, session.settings.accumulate);
    let Pace { epochs, steps, steps_per_epoch, .. } = pace;
    let mut stepper = Stepper::new(optimizer, session.point.params.len());
    let mut watch = Watch::new(observer);
    for epoch in 0..epochs {
        session.epoch = epoch + 1;
        let rows = order.rows(epoch, n);
        let batches: Vec<&[usize]> = rows.chunks(pace.batch).take(pace.batches).collect();
        let (mut mean, mut rate) = (Mean::default(), 0.0);
        for group in batches.chunks(accumulate) {
            if session.step == steps {
                break;
            }
            let progress = Progress { epoch, step: session.step, epochs, steps, steps_per_epoch };
            rate = stepper.learning_rate() * clock.factor(progress);
            stepper.step(&mut session, group, rate, &mut mean, &|| watch.still_wanted())?;
        }
        let ended = watch.epoch(&mut session, mean.value()?, rate)?;
        if let Some(ended) = ended {
            return watch.finish(session, ended);
        }
        clock.observe(watch.last_judged());
    }
    let ended = if pace.is_cut(&session.settings) { Ended::Steps } else { Ended::Epochs };
    watch.finish(session, ended)
}
