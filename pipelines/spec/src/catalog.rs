//! What a pipeline file may name: the stages, samplers, metrics and models there are.

use surmise_core::component::{Component, MetricInfo, ModelInfo};

use crate::spec::IsolationSpec;

/// The parts that this build of Surmise has.
pub struct Catalog<'a> {
    /// Every stage.
    pub stages: Vec<Component>,
    /// Every sampler.
    pub samplers: Vec<Component>,
    /// Every metric.
    pub metrics: Vec<MetricInfo>,
    /// Finds a model by what the file has at `model.plugin`: a name, or the path of a shared
    /// library; and by where the file has its code run. The error is a lowercase fragment saying
    /// why there is none.
    pub model: &'a dyn Fn(&str, &IsolationSpec) -> Result<ModelInfo, String>,
}
