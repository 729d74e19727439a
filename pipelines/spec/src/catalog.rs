//! What a pipeline file may name: the stages, samplers, metrics and models there are, and what a
//! training loop takes.

use surmise_core::component::{Component, MetricInfo, ModelInfo};

use crate::path::TRAINING;
use crate::spec::IsolationSpec;

/// The parts that this build of Surmise has.
pub struct Catalog<'a> {
    /// Every stage.
    pub stages: Vec<Component>,
    /// Every sampler.
    pub samplers: Vec<Component>,
    /// Every metric.
    pub metrics: Vec<MetricInfo>,
    /// The settings of the loop that trains a model through its gradient; none if there is no such
    /// loop.
    pub training: Vec<Section>,
    /// Every kind of regularization of that loop, in the order in which they are shown.
    pub regularization: Vec<RegularizationInfo>,
    /// Finds a model by what the file has at `model`, and by where the file has its code run. The
    /// error is a lowercase fragment saying why there is none.
    pub model: &'a FindModel<'a>,
}

/// See [`Catalog::model`].
pub type FindModel<'a> = dyn Fn(ModelRef<'_>, &IsolationSpec) -> Result<ModelInfo, String> + 'a;

/// A model as a file refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelRef<'a> {
    /// A name on the plugin path, or the path of a shared library.
    pub plugin: &'a str,
    /// Which of the plugin's models; `None` if the file does not say, which is enough for a plugin
    /// that has one.
    pub name: Option<&'a str>,
}

/// Settings of the training loop that stand together.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Where they are: `training` itself, or one level below it, such as `training.optimizer`. No
    /// setting of `training` itself is called as a section is.
    pub path: String,
    /// The settings. What depends on a `type` among them says so by its condition.
    pub component: Component,
}

/// A kind of regularization.
#[derive(Debug, Clone, PartialEq)]
pub struct RegularizationInfo {
    /// Its name and settings.
    pub component: Component,
    /// Whether it works inside of the model, so that only a model that lists it can do it.
    pub needs_model: bool,
}

impl Section {
    /// The key under `training`; `None` for `training` itself.
    pub(crate) fn key(&self) -> Option<&str> {
        self.path.strip_prefix(TRAINING)?.strip_prefix('.')
    }
}
