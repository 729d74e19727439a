//! The training loop beside a model, and what a pipeline file may say of it.
//!
//! The file's sections become the loop's [`Plan`], and the host's view of a model becomes the
//! loop's.

mod judge;
mod model;
mod range;
mod sections;

pub(crate) use sections::held_out;
pub use sections::{inside, sections, stages};
pub use surmise_training::{RangeCurve, RangeTest};

use serde_json::{Map, Value};
use surmise_core::seed::Seed;
use surmise_plugin_host::gradient::{Outputs, Shape};
use surmise_plugin_host::training::{Rows, Trained, Trainer, Training};
use surmise_plugin_host::{Error, Model, Report, Result, Target, Verdict};
use surmise_training as training;
use surmise_training::Plan;

use crate::metric::Metric;
use judge::Judge;
use model::Adapted;

/// Trains models by the loop of `surmise-training`.
#[derive(Clone, Copy)]
pub struct Loop {
    /// The metrics that validation rows may be judged by.
    pub metrics: &'static [&'static dyn Metric],
}

impl Trainer for Loop {
    fn train(
        &self,
        model: &Model,
        training: &Training<'_>,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<Trained> {
        let (plan, precision) = sections::plan(training.settings).map_err(unusable)?;
        let judge = self.judge(training)?;
        let judge = judge.as_ref();
        match precision.as_str() {
            "f64" => train::<f64>(model, training, &plan, judge, report),
            _ => train::<f32>(model, training, &plan, judge, report),
        }
    }
}

fn train<T: model::Number>(
    of: &Model,
    given: &Training<'_>,
    plan: &Plan,
    judge: Option<&Judge>,
    report: &mut dyn FnMut(Report) -> Verdict,
) -> Result<Trained> {
    let params = with_inside(given.params, given.settings);
    let shape = Shape { n_features: given.train.n_features, outputs: outputs(&given.train.target) };
    let mut model = Adapted::<T>::new(of.begin::<T>(&params, shape)?);
    let rows = |rows: &Rows<'_>| rows.x.iter().map(|x| T::nearest(*x)).collect::<Vec<T>>();
    let (x, held_out) = (rows(&given.train), given.validation.as_ref().map(rows));
    let validation = given.validation.as_ref().zip(held_out.as_deref());
    let score = judge.map(|judge| |outputs| judge.score(outputs));
    let metric = judge.zip(score.as_ref()).map(|(judge, score)| training::Metric {
        higher_is_better: judge.higher_is_better(),
        score,
    });
    let data = training::Data {
        metric,
        shape: model::shape(shape),
        train: batch(&given.train, &x),
        validation: validation.map(|(rows, x)| batch(rows, x)),
    };
    let run = training::Run {
        seed: Seed::root(given.options.seed),
        n_threads: given.options.n_threads.max(1),
    };
    if let Some(test) = range::asked(given.settings).map_err(unusable)? {
        let curve = training::range_test(&mut model, &data, plan, run, test);
        range::tell(&curve.map_err(|e| model.explain(e, of))?, report);
        // Nothing was learnt.
        let mut model = model.into_inner();
        let start = model.init(given.options.seed)?;
        return Trained::new(&params, model, start, false);
    }
    let mut stopped = false;
    let mut watch = |heard: &training::Report| {
        let verdict = report(told(heard));
        stopped |= verdict == Verdict::Stop;
        answer(verdict)
    };
    let done = training::train(&mut model, &data, plan, run, &mut watch);
    let done = done.map_err(|e| model.explain(e, of))?;
    Trained::new(&params, model.into_inner(), model::point(done.point), stopped)
}

fn answer(verdict: Verdict) -> training::Verdict {
    match verdict {
        Verdict::Continue => training::Verdict::Continue,
        Verdict::Stop => training::Verdict::Stop,
        Verdict::Cancel => training::Verdict::Cancel,
    }
}

/// Hyperparameters, with what regularization sets of them: what works inside of the model.
fn with_inside(params: &Map<String, Value>, settings: &Map<String, Value>) -> Map<String, Value> {
    let mut params = params.clone();
    let on = settings.get("regularization").and_then(Value::as_object);
    for component in inside() {
        let Some(Value::Object(stage)) = on.and_then(|on| on.get(&component.name)) else {
            continue;
        };
        let value = stage.values().next().cloned().unwrap_or(Value::Bool(true));
        params.insert(component.name, value);
    }
    params
}

fn outputs(target: &Target<'_>) -> Outputs {
    match target {
        Target::Classes { names, .. } => Outputs::Classes(names.len()),
        Target::Values(_) => Outputs::Values(1),
    }
}

fn batch<'a, T>(rows: &Rows<'a>, x: &'a [T]) -> training::Batch<'a, T> {
    let target = match rows.target {
        Target::Classes { codes, .. } => training::Target::Classes(codes),
        Target::Values(values) => training::Target::Values(values),
    };
    training::Batch { x, target, weights: rows.weights }
}

/// An epoch's report, with its number as the step.
fn told(report: &training::Report) -> Report {
    let mut metrics = vec![
        ("train_loss".to_owned(), report.train_loss),
        ("penalty".to_owned(), report.penalty),
        ("learning_rate".to_owned(), report.learning_rate),
    ];
    metrics.extend(report.validation_loss.map(|loss| ("validation_loss".to_owned(), loss)));
    metrics.extend(report.validation_metric.map(|score| ("validation_metric".to_owned(), score)));
    Report { step: report.epoch, metrics }
}

fn unusable(problem: impl std::fmt::Display) -> Error {
    Error::Data { reason: problem.to_string() }
}
