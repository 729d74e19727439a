//! What happens between two epochs.

use super::session::Session;
use super::{Best, Ended, Observer, Report, Trained, Verdict};
use crate::{Error, Real, Result};

/// Keeps reports and the best epoch.
pub(super) struct Watch<'a, T> {
    observer: &'a mut dyn Observer,
    best: Option<Best<T>>,
    reports: Vec<Report>,
}

impl<'a, T: Real> Watch<'a, T> {
    pub(super) fn new(observer: &'a mut dyn Observer) -> Self {
        Self { observer, best: None, reports: Vec::new() }
    }

    /// Fails if whoever watches has given up.
    pub(super) fn still_wanted(&self) -> Result<()> {
        if self.observer.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Reports an epoch to all who want to know. Says why training ends, if it does.
    pub(super) fn epoch(
        &mut self,
        session: &mut Session<'_, T>,
        train_loss: f64,
        learning_rate: f64,
    ) -> Result<Option<Ended>> {
        let report = Report {
            epoch: session.epoch,
            step: session.step,
            train_loss,
            penalty: session.penalty(),
            validation_loss: session.validation_loss()?,
            learning_rate,
        };
        let loss = report.watched();
        if self.best.as_ref().is_none_or(|best| loss < best.loss) {
            let point = session.point.clone();
            self.best = Some(Best { epoch: report.epoch, loss, point });
        }
        let mut goes_on = true;
        for stage in &mut session.stages {
            goes_on &= stage.regularizer.on_epoch(&report, &session.point);
        }
        let verdict = self.observer.epoch(&report);
        self.reports.push(report);
        match verdict {
            Verdict::Cancel => Err(Error::Cancelled),
            Verdict::Stop => Ok(Some(Ended::Asked)),
            Verdict::Continue if !goes_on => Ok(Some(Ended::Stopped)),
            Verdict::Continue => Ok(None),
        }
    }

    /// The loss by which the last epoch is judged.
    pub(super) fn last_loss(&self) -> f64 {
        self.reports.last().map_or(f64::INFINITY, Report::watched)
    }

    pub(super) fn finish(self, mut session: Session<'_, T>, ended: Ended) -> Result<Trained<T>> {
        session.finish()?;
        let Self { best, reports, .. } = self;
        Ok(Trained { point: session.point, best, reports, ended })
    }
}

impl Report {
    /// The loss that progress is judged by.
    pub(super) fn watched(&self) -> f64 {
        self.validation_loss.unwrap_or(self.train_loss)
    }
}
