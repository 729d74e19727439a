//! What happens between two epochs.

use super::session::Session;
use super::{Best, Ended, Metric, Observer, Report, Trained, Verdict};
use crate::{Error, Keep, Real, Result};

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
        let validation_loss = session.validation_loss()?;
        let validation_metric = session.validation_metric()?;
        let turned = |score: f64| match session.data.metric {
            Some(Metric { higher_is_better: true, .. }) => -score,
            _ => score,
        };
        let judged = validation_metric.map(turned).or(validation_loss).unwrap_or(train_loss);
        let report = Report {
            epoch: session.epoch,
            step: session.step,
            train_loss,
            penalty: session.penalty(),
            validation_loss,
            validation_metric,
            judged,
            learning_rate,
        };
        if self.best.as_ref().is_none_or(|best| judged < best.judged) {
            let point = session.point.clone();
            self.best = Some(Best { epoch: report.epoch, judged, point });
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

    /// What the last epoch is judged by.
    pub(super) fn last_judged(&self) -> f64 {
        self.reports.last().map_or(f64::INFINITY, |report| report.judged)
    }

    pub(super) fn finish(self, mut session: Session<'_, T>, ended: Ended) -> Result<Trained<T>> {
        if let (Keep::Best, Some(best)) = (session.settings.keep, &self.best) {
            session.point = best.point.clone();
        }
        session.finish()?;
        let Self { best, reports, .. } = self;
        Ok(Trained { point: session.point, best, reports, ended })
    }
}
