//! The one list of everything that has a name in a pipeline file.
//!
//! A new sampler, stage or metric is its own file and one line here.

use anyhow::{Context, anyhow};
use surmise_core::Value;
use surmise_core::component::Component;
use surmise_core::sample::start::StartWith;
use surmise_core::sample::{self, Sampler, grid, random, sobol};
use surmise_core::study::Study;
use surmise_engine::metric::{Accuracy, BalancedAccuracy, F1Macro, LogLoss, Mae, Metric, R2, Rmse};
use surmise_engine::training;
use surmise_spec::{Catalog, FindModel, RegularizationInfo, Section};
use surmise_stages::{self as stages, FittedStage, Stage, impute, one_hot, standardize};
use surmise_surrogate::sample::{auto, cma_es, gp, tpe};

const SAMPLERS: &[sample::Entry] =
    &[auto::ENTRY, grid::ENTRY, random::ENTRY, sobol::ENTRY, gp::ENTRY, cma_es::ENTRY, tpe::ENTRY];

const STAGES: &[stages::Entry] = &[impute::ENTRY, one_hot::ENTRY, standardize::ENTRY];

const METRICS: &[&dyn Metric] =
    &[&Accuracy, &BalancedAccuracy, &F1Macro, &LogLoss, &Rmse, &Mae, &R2];

/// The loop that trains models through their gradient.
pub(crate) static LOOP: training::Loop = training::Loop { metrics: METRICS };

/// What a pipeline file may name, with `model` to find the models.
pub(crate) fn catalog<'a>(model: &'a FindModel<'a>) -> Catalog<'a> {
    let (training, regularization) = training();
    Catalog {
        stages: STAGES.iter().map(|entry| (entry.component)()).collect(),
        samplers: samplers(),
        metrics: METRICS.iter().map(|metric| metric.info()).collect(),
        training,
        regularization,
        model,
    }
}

/// What the file may say of the loop that trains models through their gradient.
fn training() -> (Vec<Section>, Vec<RegularizationInfo>) {
    let sections = training::sections(METRICS).into_iter();
    let by_loop = training::stages().into_iter().map(|component| (component, false));
    let by_model = training::inside().into_iter().map(|component| (component, true));
    let kinds = by_loop.chain(by_model);
    (
        sections.map(|(path, component)| Section { path, component }).collect(),
        kinds
            .map(|(component, needs_model)| RegularizationInfo { component, needs_model })
            .collect(),
    )
}

/// The samplers with their settings.
pub(crate) fn samplers() -> Vec<Component> {
    SAMPLERS.iter().map(|entry| (entry.component)()).collect()
}

/// The metric of that name.
pub(crate) fn metric(name: &str) -> Option<&'static dyn Metric> {
    METRICS.iter().copied().find(|metric| metric.info().name == name)
}

/// A stage with its complete settings.
pub(crate) fn stage(
    name: &str,
    settings: &serde_json::Map<String, Value>,
) -> anyhow::Result<Box<dyn Stage>> {
    let entry = stage_entry(name).ok_or_else(|| anyhow!("there is no stage `{name}`"))?;
    (entry.build)(settings).with_context(|| format!("stage `{name}`"))
}

/// A stage that has learnt this.
pub(crate) fn fitted_stage(
    name: &str,
    learnt: &Value,
) -> surmise_engine::Result<Box<dyn FittedStage>> {
    let unknown = || surmise_engine::Error::Saved(format!("there is no stage `{name}`"));
    let entry = stage_entry(name).ok_or_else(unknown)?;
    (entry.load)(learnt).map_err(|e| surmise_engine::Error::Saved(format!("stage `{name}`: {e}")))
}

/// What is known of the stage of that name.
pub(crate) fn stage_entry(name: &str) -> Option<&'static stages::Entry> {
    STAGES.iter().find(|entry| (entry.component)().name == name)
}

/// The sampler that a study names, after the configuration that the study begins with.
pub(crate) fn sampler(study: &Study) -> surmise_core::Result<Box<dyn Sampler>> {
    let name = &study.sampler.name;
    let entry = SAMPLERS.iter().find(|entry| (entry.component)().name == *name);
    let entry = entry
        .ok_or_else(|| surmise_core::Error::sampler(format!("there is no sampler `{name}`")))?;
    let sampler = (entry.build)(study)?;
    Ok(match &study.first {
        Some(first) => Box::new(StartWith::new(vec![first.clone()], sampler)),
        None => sampler,
    })
}
