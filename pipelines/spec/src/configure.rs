//! From a specification and the values of one trial to what the trial runs.

use serde_json::{Map, Value};
use surmise_core::component::Component;
use surmise_core::trial::Params;
use surmise_core::{Error, Result};

use crate::path;
use crate::spec::{ComponentUse, Configuration, Spec, StageUse};

impl Spec {
    /// Puts the values at their paths, leaves out the stages that are off, and completes every
    /// component's settings with its defaults. A plain run is configured by no values at all.
    ///
    /// # Errors
    /// If the values are not a configuration of the space, or a component refuses the result.
    pub fn configure(&self, params: &Params) -> Result<Configuration> {
        match &self.search {
            Some(search) => search.space.check(params)?,
            None if params.is_empty() => {}
            None => return Err(Error::invalid("a plain run has nothing that may vary")),
        }
        let mut stages = Vec::new();
        for (stage, component) in self.stages.iter().zip(&self.origin.stages) {
            if let Some(settings) = stage_settings(stage, component, params) {
                stages.push(ComponentUse {
                    name: stage.name.clone(),
                    settings: resolve(component, &settings, &path::stage(&stage.name))?,
                });
            }
        }
        let component = &self.origin.model.component;
        let mut model = self.model.params.clone();
        substitute(component, &mut model, params, path::param);
        Ok(Configuration { stages, model: resolve(component, &model, "model.params")? })
    }
}

/// A stage's settings in this trial; `None` if it is switched off.
fn stage_settings(
    stage: &StageUse,
    component: &Component,
    params: &Params,
) -> Option<Map<String, Value>> {
    let mut settings = stage.settings.clone();
    match params.get(&path::stage(&stage.name)) {
        Some(Value::Object(choice)) => settings.extend(choice.clone()),
        Some(_) => return None,
        None if stage.on => {}
        None => return None,
    }
    let path_of = |setting: &str| path::stage_setting(&stage.name, setting);
    substitute(component, &mut settings, params, path_of);
    Some(settings)
}

fn substitute(
    component: &Component,
    settings: &mut Map<String, Value>,
    params: &Params,
    path_of: impl Fn(&str) -> String,
) {
    for setting in &component.settings {
        if let Some(value) = params.get(&path_of(&setting.name)) {
            settings.insert(setting.name.clone(), value.clone());
        }
    }
}

fn resolve(
    component: &Component,
    settings: &Map<String, Value>,
    path: &str,
) -> Result<Map<String, Value>> {
    component.resolve(settings).map_err(|problems| {
        let all: Vec<String> =
            problems.iter().map(|p| format!("`{path}.{}` {}", p.setting, p.message)).collect();
        Error::invalid(all.join("; "))
    })
}
