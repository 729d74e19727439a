//! `early_stopping`: ends a training that no longer gains, and goes back to its best epoch.
//!
//! An epoch is the best so far if it is better than the best one by more than `min_delta`, by its
//! loss or by the metric of the validation data, in the metric's own direction; training ends after
//! `patience` epochs in a row that are not. L. Prechelt, *Early stopping – but when?* (1998). Equal
//! to Keras' `EarlyStopping`, with `restore_best_weights` on.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Entry, Regularizer, Setup};
use crate::{Error, Point, Real, Report, Result, setting};

const MONITORS: &[&str] = &["validation_loss", "validation_metric", "train_loss"];

/// What the registry knows of this stage.
pub const ENTRY: Entry = Entry {
    component: || {
        setting::component(
            "early_stopping",
            "ends a training that no longer gains",
            vec![
                setting::int("patience", (1, 1_000_000), 8, "epochs without a gain to wait"),
                setting::float("min_delta", (0.0, 1e6), 0.0, "how much better is a gain"),
                setting::flag("restore_best", true, "go back to the best epoch"),
                setting::word("monitor", MONITORS, "what has to get better"),
            ],
        )
    },
    f32: build,
    f64: build,
};

#[derive(Debug, Clone, Copy, Deserialize)]
struct Settings {
    patience: u64,
    min_delta: f64,
    restore_best: bool,
    monitor: Monitor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Monitor {
    ValidationLoss,
    ValidationMetric,
    TrainLoss,
}

struct EarlyStopping<T> {
    settings: Settings,
    best: f64,
    bad: u64,
    point: Option<Point<T>>,
}

fn build<T: Real>(settings: &Map<String, Value>) -> Result<Box<dyn Regularizer<T>>> {
    let settings = setting::read::<Settings>(settings)?;
    Ok(Box::new(EarlyStopping::<T> { settings, best: f64::INFINITY, bad: 0, point: None }))
}

impl<T: Real> Regularizer<T> for EarlyStopping<T> {
    fn prepare(&mut self, setup: &Setup<'_, T>) -> Result<()> {
        match self.settings.monitor {
            Monitor::ValidationLoss if !setup.has_validation => Err(Error::data(
                "early_stopping watches the validation loss, but there are no validation data: set \
                 some rows aside, or set its `monitor` to train_loss",
            )),
            Monitor::ValidationMetric if !setup.has_metric => Err(Error::data(
                "early_stopping watches the validation metric, and there is none: name one for the \
                 validation data, or set its `monitor` to validation_loss",
            )),
            _ => Ok(()),
        }
    }

    fn on_epoch(&mut self, report: &Report, point: &Point<T>) -> bool {
        let loss = match self.settings.monitor {
            Monitor::ValidationLoss => report.validation_loss.unwrap_or(f64::INFINITY),
            Monitor::ValidationMetric => report.judged,
            Monitor::TrainLoss => report.train_loss,
        };
        if loss < self.best - self.settings.min_delta {
            (self.best, self.bad) = (loss, 0);
            if self.settings.restore_best {
                self.point = Some(point.clone());
            }
            return true;
        }
        self.bad += 1;
        self.bad < self.settings.patience
    }

    fn finish(&mut self, point: &mut Point<T>) -> bool {
        if let Some(best) = self.point.take() {
            *point = best;
        }
        false
    }
}
