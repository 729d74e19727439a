//! Training by an optimizer that asks for the loss of all rows where it likes.

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::session::Session;
use super::watch::Watch;
use super::{Ended, Observer, Trained};
use crate::optimize::{FullBatch, Penalty};
use crate::{Error, Real, Result, rows};

/// An iteration counts as an epoch and as a step.
///
/// All evaluations take the draws of the first batch, so that the loss is a function of the
/// parameters alone; the state is that of the last evaluation.
pub(super) fn train<T: Real>(
    mut session: Session<'_, T>,
    optimizer: &dyn FullBatch,
    observer: &mut dyn Observer,
) -> Result<Trained<T>> {
    refuse_steps_settings(&session)?;
    let all: Vec<usize> = (0..rows::n_rows(&session.data.train, session.data.shape)).collect();
    let pace = session.pace;
    let all_done = if pace.is_cut(&session.settings) { Ended::Steps } else { Ended::Epochs };
    let start: Vec<f64> = session.point.params.iter().map(|p| p.wide()).collect();
    let mut slopes = vec![T::ZERO; start.len()];
    let mut ended = Ended::Converged;
    let watch = RefCell::new(Watch::new(observer));
    (session.epoch, session.step) = (1, 1);
    let shared = RefCell::new(&mut session);
    let mut evaluate = |at: &[f64], gradient: &mut [f64]| {
        watch.borrow().still_wanted()?;
        evaluate(&mut shared.borrow_mut(), &all, at, &mut slopes, gradient)
    };
    let mut n = 0;
    let mut iterate = |at: &[f64], loss: f64| {
        let mut session = shared.borrow_mut();
        put(&mut session.point.params, at);
        session.check_params()?;
        n += 1;
        (session.epoch, session.step) = (n, n);
        let data_loss = loss - session.penalty();
        let verdict = watch.borrow_mut().epoch(&mut session, data_loss, 0.0)?;
        (session.epoch, session.step) = (n + 1, n + 1);
        let done = (n == pace.epochs).then_some(all_done);
        match verdict.or(done) {
            Some(why) => {
                ended = why;
                Ok(ControlFlow::Break(()))
            }
            None => Ok(ControlFlow::Continue(())),
        }
    };
    // What was reached last is where the search stood, not where it looked last.
    let mut reached: Option<Vec<f64>> = None;
    optimizer.minimize(start.clone(), &mut evaluate, &mut |at, loss| {
        reached = Some(at.to_vec());
        iterate(at, loss)
    })?;
    put(&mut session.point.params, &reached.unwrap_or(start));
    watch.into_inner().finish(session, ended)
}

/// Clipping, accumulation and small batches are no part of a function that is minimised.
fn refuse_steps_settings<T: Real>(session: &Session<'_, T>) -> Result<()> {
    let settings = &session.settings;
    let refused = [
        ("clip_norm", settings.clip_norm.is_some()),
        ("clip_value", settings.clip_value.is_some()),
        ("accumulate", settings.accumulate > 1),
    ];
    match refused.iter().find(|(_, is_set)| *is_set) {
        None => Ok(()),
        Some((name, _)) => Err(Error::data(format!(
            "{name} does not go with an optimizer that has a line search; leave it out, or take an \
             optimizer with steps, such as adam"
        ))),
    }
}

fn put<T: Real>(params: &mut [T], at: &[f64]) {
    for (p, at) in params.iter_mut().zip(at) {
        *p = T::of(*at);
    }
}

/// The loss with penalties, and its slopes.
fn evaluate<T: Real>(
    session: &mut Session<'_, T>,
    all: &[usize],
    at: &[f64],
    slopes: &mut [T],
    gradient: &mut [f64],
) -> Result<f64> {
    put(&mut session.point.params, at);
    session.check_params()?;
    session.rewind();
    let learnt = session.learn(all, slopes)?;
    let Some((loss, _)) = learnt else {
        return Err(Error::data("the weights of all rows are 0"));
    };
    session.check_slopes(slopes)?;
    for (slope, wide) in slopes.iter().zip(gradient.iter_mut()) {
        *wide = slope.wide();
    }
    for group in &session.groups {
        let Penalty { l2, .. } = group.penalty;
        for i in group.range.clone() {
            gradient[i] += l2 * at[i];
        }
    }
    Ok(loss + session.penalty())
}
