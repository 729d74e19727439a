//! From a specification and the values of one trial to what the trial runs.

use serde_json::{Map, Value};
use surmise_core::component::Component;
use surmise_core::trial::Params;
use surmise_core::{Error, Result};

use crate::path::{self, PARAMS, REGULARIZATION, STAGES, Switches};
use crate::spec::{ComponentUse, Configuration, Spec, StageUse, TrainingSpec};

impl Spec {
    /// Puts the values at their paths, leaves out what is off, and completes every
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
        let model = &self.origin.model.component;
        let training = self.training.as_ref().map(|training| training.configure(params));
        Ok(Configuration {
            stages: switched_on(STAGES, &self.stages, params)?,
            model: settle(PARAMS, model, self.model.params.clone(), params)?,
            training: training.transpose()?,
        })
    }
}

impl TrainingSpec {
    /// One object with all that the training loop is told.
    fn configure(&self, params: &Params) -> Result<Map<String, Value>> {
        let mut whole = Map::new();
        for section in &self.sections {
            let settings = section.settings.clone();
            let settled = settle(&section.path, &section.component, settings, params)?;
            match section.key() {
                None => whole.extend(settled),
                Some(key) => drop(whole.insert(key.to_owned(), settled.into())),
            }
        }
        let on = switched_on(REGULARIZATION, &self.regularization, params)?;
        let on: Map<String, Value> = on.into_iter().map(|c| (c.name, c.settings.into())).collect();
        whole.insert(REGULARIZATION.section.to_owned(), on.into());
        Ok(whole)
    }
}

/// The parts of a section that are on in this trial.
fn switched_on(of: Switches, uses: &[StageUse], params: &Params) -> Result<Vec<ComponentUse>> {
    let mut on = Vec::new();
    for StageUse { name, settings, on: is_on, component } in uses {
        let path = of.path(name);
        let mut settings = settings.clone();
        match params.get(&path) {
            Some(Value::Object(choice)) => settings.extend(choice.clone()),
            Some(_) => continue,
            None if *is_on => {}
            None => continue,
        }
        let settings = settle(&path, component, settings, params)?;
        on.push(ComponentUse { name: name.clone(), settings });
    }
    Ok(on)
}

/// The complete settings of a component in this trial.
fn settle(
    path: &str,
    component: &Component,
    mut settings: Map<String, Value>,
    params: &Params,
) -> Result<Map<String, Value>> {
    for setting in &component.settings {
        if let Some(value) = params.get(&path::join(path, &setting.name)) {
            settings.insert(setting.name.clone(), value.clone());
        }
    }
    component.resolve(&settings).map_err(|problems| {
        let all: Vec<String> =
            problems.iter().map(|p| format!("`{path}.{}` {}", p.setting, p.message)).collect();
        Error::invalid(all.join("; "))
    })
}
