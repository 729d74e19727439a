//! The learning-rate range test of a pipeline: a training that tries rates instead of learning.

use serde_json::{Map, Value};
use surmise_core::seed::Seed;
use surmise_core::trial::Params;
use surmise_plugin_host::{Recipe, Report, Sets, Verdict};
use surmise_training::{RangeCurve, RangeTest};

use super::unusable;
use crate::cross_validation::CrossValidation;
use crate::pipeline::{options, share};
use crate::{Error, Result};

/// Where the settings of a training hold the test that it is to be.
const KEY: &str = "range_test";

/// What the points of the curve are called in reports.
const RATE: &str = "learning_rate";
const LOSS: &str = "smoothed_loss";

impl CrossValidation {
    /// How the loss of a configuration goes while the learning rate grows, on all rows that trials
    /// may see; where the model runs, as a fit does.
    ///
    /// # Errors
    /// If a stage or the model refuses, the model is not trained through its gradient, or `test`
    /// is none.
    pub fn range_test(&self, params: &Params, test: RangeTest, seed: Seed) -> Result<RangeCurve> {
        let pipeline = (self.configure)(params)?;
        let Some(training) = &pipeline.training else {
            return Err(data("only a training has a learning rate, and this model fits itself"));
        };
        test.check().map_err(data)?;
        let mut training = training.clone();
        training.insert(KEY.to_owned(), serde_json::to_value(test).map_err(data)?);
        let (_, train) = pipeline.fit_stages(&self.data, seed)?;
        let train = share(&self.model, &train, true)?;
        let session = self.model.session(None);
        let recipe = Recipe { params: &pipeline.model, training: Some(&training) };
        let options = options(seed, self.threads_alone());
        let mut points = Vec::new();
        let mut keep = |report: Report| {
            let value = |name: &str| {
                report.metrics.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
            };
            points.extend(value(RATE).zip(value(LOSS)));
            Verdict::Continue
        };
        let sets = Sets { train: &train, validation: None };
        session.fit(recipe, sets, options, &mut keep)?.close()?;
        Ok(RangeCurve::new(points))
    }
}

fn data(problem: impl std::fmt::Display) -> Error {
    Error::Model(unusable(problem))
}

/// The test that a training is to be, if it is one.
pub(super) fn asked(settings: &Map<String, Value>) -> serde_json::Result<Option<RangeTest>> {
    settings.get(KEY).map(|test| serde_json::from_value(test.clone())).transpose()
}

/// Hands the points of a curve on.
pub(super) fn tell(curve: &RangeCurve, report: &mut dyn FnMut(Report) -> Verdict) {
    for (step, (rate, loss)) in (1..).zip(&curve.points) {
        let metrics = vec![(RATE.to_owned(), *rate), (LOSS.to_owned(), *loss)];
        report(Report { step, metrics });
    }
}
