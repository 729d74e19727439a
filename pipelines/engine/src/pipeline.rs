//! One configuration made concrete: stages in order, then the model.

use surmise_core::Value;
use surmise_core::component::Task;
use surmise_core::seed::Seed;
use surmise_data::{Dataset, Dictionary, Target, split};
use surmise_plugin_host::{
    self as host, FitOptions, FittedModel, OwnedTable, OwnedTarget, PredictKind, Recipe, Report,
    Runner, Session, Sets, SharedTable,
};
use surmise_stages::{FittedStage, Stage};

use crate::metric::{Metric, Predicted};
use crate::training::held_out;
use crate::{Error, Result};

/// Stages and the model's hyperparameters, not yet fitted.
pub struct Pipeline {
    /// Preprocessing, in order.
    pub stages: Vec<NamedStage>,
    /// The model's hyperparameters, complete.
    pub model: serde_json::Map<String, Value>,
    /// The settings of the loop that trains the model through its gradient; `None` for one that
    /// fits itself.
    pub training: Option<serde_json::Map<String, Value>>,
}

/// A stage and the name the pipeline file gives it.
pub struct NamedStage {
    /// Its name, for errors and for its random stream.
    pub name: String,
    /// Its settings, complete.
    pub settings: serde_json::Map<String, Value>,
    /// What it does.
    pub stage: Box<dyn Stage>,
}

/// Stages that have seen their training rows, and the categories that these had in the end.
pub struct FittedStages {
    stages: Vec<(String, Box<dyn FittedStage>)>,
    dictionary: Dictionary,
}

impl Pipeline {
    /// Fits the stages on `train` and nothing else, and applies them to it. Each draws from
    /// `seed/stage/<position>`.
    ///
    /// # Errors
    /// If a stage refuses.
    pub fn fit_stages(&self, train: &Dataset, seed: Seed) -> Result<(FittedStages, Dataset)> {
        let mut data = train.clone();
        let mut stages = Vec::with_capacity(self.stages.len());
        for (i, NamedStage { name, stage, .. }) in self.stages.iter().enumerate() {
            let told = |e| stage_failed(name, e);
            let seed = seed.child("stage").child(i);
            let fitted = stage.fit(&data, seed).map_err(told)?;
            data = fitted.apply(&data).map_err(told)?;
            stages.push((name.clone(), fitted));
        }
        let dictionary = Dictionary::of(&data);
        let data = dictionary.encode(&data)?;
        Ok((FittedStages { stages, dictionary }, data))
    }

    /// Fits the model on what the stages have made of the training rows, in the way that the
    /// pipeline says; it draws from `seed/model`, and may use so many threads.
    ///
    /// # Errors
    /// If the model refuses.
    pub fn fit_model<'s, 'a>(
        &self,
        sets: Sets<'_>,
        session: &'s Session<'a>,
        seed: Seed,
        n_threads: u32,
    ) -> Result<FittedModel<'s, 'a>> {
        Ok(session.fit(self.recipe(), sets, options(seed, n_threads), &mut heard())?)
    }

    fn recipe(&self) -> Recipe<'_> {
        Recipe { params: &self.model, training: self.training.as_ref() }
    }

    /// Whether what is fitted can be saved.
    #[must_use]
    pub fn can_be_saved(&self, runner: &Runner) -> bool {
        self.training.is_some() || runner.info().save
    }

    /// The rows to learn from and those to judge progress by, if the training holds some out: drawn
    /// from `seed`, by class where there are classes.
    ///
    /// # Errors
    /// If there are too few rows.
    pub fn split(&self, data: &Dataset, seed: Seed) -> Result<(Dataset, Option<Dataset>)> {
        let Some(fraction) = self.training.as_ref().and_then(held_out) else {
            return Ok((data.clone(), None));
        };
        let stratify = data.task() == Task::Classification;
        let fold = split::holdout(data.target(), fraction, stratify, seed)?;
        Ok((data.select(&fold.train), Some(data.select(&fold.test))))
    }

    /// Fits the model as [`Pipeline::fit_model`] does, predicts `x` as the metrics want it and
    /// scores it against `target`, metric by metric.
    ///
    /// # Errors
    /// If the model or a metric refuses.
    pub fn evaluate(
        &self,
        sets: Sets<'_>,
        x: &SharedTable,
        target: &Target,
        metrics: &[&dyn Metric],
        session: &Session<'_>,
        seed: Seed,
    ) -> Result<Vec<f64>> {
        let kinds = kinds(target, metrics);
        // Folds and trials run side by side: each fit has one thread.
        let options = options(seed, 1);
        let made = session.evaluate(self.recipe(), sets, options, x, &kinds, &mut heard())?;
        score(&kinds, made, target, metrics)
    }
}

pub(crate) fn options(seed: Seed, n_threads: u32) -> FitOptions {
    FitOptions { seed: seed.child("model").to_u64(), n_threads }
}

/// What a model reports on the way is a line of the log; it is never told to stop.
fn heard() -> impl FnMut(Report) -> host::Verdict {
    |report| {
        tracing::debug!(?report, "model");
        host::Verdict::Continue
    }
}

impl FittedStages {
    /// Stages with their names, in order, and the categories that they leave.
    pub(crate) fn new(stages: Vec<(String, Box<dyn FittedStage>)>, dictionary: Dictionary) -> Self {
        Self { stages, dictionary }
    }

    pub(crate) fn stages(&self) -> impl Iterator<Item = (&str, &dyn FittedStage)> {
        self.stages.iter().map(|(name, stage)| (name.as_str(), stage.as_ref()))
    }

    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Does to these rows what was learnt from the training rows. A category that those did not
    /// have is missing.
    ///
    /// # Errors
    /// If a stage refuses.
    pub fn apply(&self, data: &Dataset) -> Result<Dataset> {
        let mut data = data.clone();
        for (name, stage) in &self.stages {
            data = stage.apply(&data).map_err(|e| stage_failed(name, e))?;
        }
        Ok(self.dictionary.encode(&data)?)
    }
}

/// Predicts `x` as the metrics want it and scores it against `target`, metric by metric.
///
/// # Errors
/// If the model or a metric refuses.
pub fn scores(
    model: &mut FittedModel<'_, '_>,
    x: &SharedTable,
    target: &Target,
    metrics: &[&dyn Metric],
) -> Result<Vec<f64>> {
    let kinds = kinds(target, metrics);
    let made = kinds.iter().map(|kind| model.predict(x, *kind)).collect::<host::Result<_>>()?;
    score(&kinds, made, target, metrics)
}

/// The kinds of predictions that the metrics want; those that want the same share one.
fn kinds(target: &Target, metrics: &[&dyn Metric]) -> Vec<PredictKind> {
    let mut kinds: Vec<PredictKind> = Vec::new();
    for kind in metrics.iter().map(|metric| kind(target, *metric)) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

fn kind(target: &Target, metric: &dyn Metric) -> PredictKind {
    match target {
        Target::Classes { .. } if metric.info().needs_probabilities => PredictKind::Proba,
        _ => PredictKind::Value,
    }
}

/// The score of each metric, from predictions of the kinds that they want.
fn score(
    kinds: &[PredictKind],
    made: Vec<Vec<f64>>,
    target: &Target,
    metrics: &[&dyn Metric],
) -> Result<Vec<f64>> {
    let predicted = |(kind, values): (&PredictKind, Vec<f64>)| match (target, kind) {
        (Target::Classes { names, .. }, PredictKind::Proba) => {
            Predicted::Probabilities { n_classes: names.len(), rows: values }
        }
        // The host has checked that each is the number of a class.
        (Target::Classes { .. }, _) => {
            Predicted::Classes(values.into_iter().map(|code| code as u32).collect())
        }
        (Target::Values(_), _) => Predicted::Values(values),
    };
    let made: Vec<Predicted> = kinds.iter().zip(made).map(predicted).collect();
    let score = |metric: &&dyn Metric| {
        let wanted = kind(target, *metric);
        let place = kinds.iter().take_while(|kind| **kind != wanted).count();
        Ok(metric.score(target, &made[place])?)
    };
    metrics.iter().map(score).collect()
}

pub(crate) fn stage_failed(stage: &str, source: surmise_stages::Error) -> Error {
    Error::Stage { stage: stage.to_owned(), source: Box::new(source) }
}

/// A dataset's features as the model takes them, with target and weights if it is to learn from
/// them.
///
/// # Errors
/// If a category is left that the model does not take, or it cannot take what is there.
pub fn share(runner: &Runner, data: &Dataset, to_learn: bool) -> Result<SharedTable> {
    let feature_names: Vec<String> = data.feature_names().into_iter().map(str::to_owned).collect();
    let target = to_learn.then(|| match data.target().clone() {
        Target::Classes { codes, names } => OwnedTarget::Classes { codes, names },
        Target::Values(values) => OwnedTarget::Values(values),
    });
    let (values, categories) = match runner.info().categories {
        true => (data.to_numbers(), data.categories()),
        false => (data.to_rows()?, Vec::new()),
    };
    let table = OwnedTable {
        n_rows: data.n_rows(),
        n_features: feature_names.len(),
        values,
        feature_names,
        categories,
        target,
        weights: data.weights().filter(|_| to_learn).map(<[f64]>::to_vec),
    };
    Ok(runner.share(table)?)
}
