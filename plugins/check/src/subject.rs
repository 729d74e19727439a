//! The model under test, with what it claims, and the moves that many checks share.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};
use surmise_core::component::{Deterministic, ModelInfo, Task};
use surmise_core::seed::Seed;
use surmise_plugin_abi as abi;
use surmise_plugin_host::{Library, Model as HostModel, PROBABILITY_TOLERANCE};

use crate::data::Data;
use crate::outcome::{Not, Verdict, fail, skip};
use crate::raw::{Answer, Given, Heard, Instance, Model, Placement, Refusal, Sink, View};
use crate::settings;

/// What every fit is given that does not say otherwise.
pub(crate) const PLAIN: Given = Given { seed: 7, n_threads: 1, deadline_ns: 0 };

/// A model of a loaded plugin.
pub(crate) struct Subject {
    pub(crate) model: Model,
    pub(crate) host_model: HostModel,
    pub(crate) info: ModelInfo,
    pub(crate) caps: BTreeSet<String>,
    /// For what a check draws.
    pub(crate) seed: Seed,
    /// How many lives a fuzzer draws.
    pub(crate) rounds: u64,
    /// The one life that it repeats instead.
    pub(crate) reproduce: Option<u64>,
}

impl Subject {
    /// Loads a plugin, and takes its model of that name.
    pub(crate) fn load(path: &Path, model: &str, seed: Seed) -> Result<Self, String> {
        let library = Library::open(path).map_err(|e| e.to_string())?;
        let host_model = library.model(Some(model)).map_err(|e| e.to_string())?;
        let info = host_model.info().clone();
        let caps = caps(library.descriptor(), model);
        let model = Model(host_model.functions().clone());
        Ok(Self { model, host_model, info, caps, seed, rounds: 1, reproduce: None })
    }

    /// Skips a check of what the model does not claim.
    pub(crate) fn needs(&self, cap: &str) -> Verdict {
        match self.caps.contains(cap) {
            true => Ok(()),
            false => skip(format!("the model does not have the cap `{cap}`")),
        }
    }

    /// Skips a check of a layout that the model does not take.
    pub(crate) fn takes(&self, layout: &str) -> Verdict {
        let entry = entry(self.host_model.library().descriptor(), &self.info.component.name);
        let layouts = entry.unwrap_or_default()["layouts"].take();
        match layouts.as_array().is_some_and(|layouts| layouts.iter().any(|l| l == layout)) {
            true => Ok(()),
            false => skip(format!("the model does not take the layout `{layout}`")),
        }
    }

    /// Skips a check of what only a model that fits itself does.
    pub(crate) fn fits_itself(&self) -> Verdict {
        match self.info.fits_itself {
            true => Ok(()),
            false => skip("the host trains this model through its gradient"),
        }
    }

    /// Skips a check of what is only promised by a model that repeats itself.
    pub(crate) fn repeats(&self) -> Verdict {
        match self.info.deterministic {
            Deterministic::No => skip("the model does not promise to repeat itself"),
            Deterministic::Bitwise | Deterministic::PerThreadCount => Ok(()),
        }
    }

    /// Its hyperparameters where nobody chooses any.
    pub(crate) fn defaults(&self) -> Verdict<String> {
        self.resolve(&settings::given(&self.info.component))
    }

    pub(crate) fn resolve(&self, given: &Map<String, Value>) -> Verdict<String> {
        match self.info.component.resolve(given) {
            Ok(params) => Ok(Value::Object(params).to_string()),
            Err(problems) => fail(format!("its defaults are not valid: {problems:?}")),
        }
    }

    /// Something to learn for each task that it does.
    pub(crate) fn easy(&self) -> Vec<Data> {
        let easy = |task: &Task| self.data(*task, 40, 3);
        self.info.tasks.iter().map(easy).collect()
    }

    /// Something to learn, shown as the model prefers.
    pub(crate) fn data(&self, task: Task, n_rows: usize, n_features: usize) -> Data {
        Data::easy(task, n_rows, n_features, &self.seed).in_layout(self.info.layout())
    }

    /// An instance with the default hyperparameters.
    pub(crate) fn create(&self) -> Verdict<Instance> {
        Ok(self.model.create(self.defaults()?.as_bytes())?)
    }

    /// An instance with the default hyperparameters, fitted.
    pub(crate) fn fitted(&self, data: &Data) -> Verdict<Instance> {
        self.fitted_with(&self.defaults()?, data)
    }

    pub(crate) fn fitted_with(&self, params: &str, data: &Data) -> Verdict<Instance> {
        let mut instance = self.model.create(params.as_bytes())?;
        fit(&mut instance, data)?;
        Ok(instance)
    }

    /// Fits and predicts what may be beyond the model: `None` if it says so in an orderly way.
    pub(crate) fn tried(&self, params: &str, data: &Data) -> Verdict<Option<Vec<f64>>> {
        let mut instance = match self.model.create(params.as_bytes()) {
            Ok(instance) => instance,
            Err(refusal) => return orderly(refusal).map(|()| None),
        };
        if let (Err(refusal), _) =
            fit_as(&mut instance, data, Placement::Packed, 1, Answer::CONTINUE)?
        {
            return orderly(refusal).map(|()| None);
        }
        self.outcome(&mut instance, data)
    }

    /// What it predicts, or `None` if it refuses in an orderly way.
    pub(crate) fn outcome(
        &self,
        instance: &mut Instance,
        data: &Data,
    ) -> Verdict<Option<Vec<f64>>> {
        let view = View::features(data, Placement::Packed)?;
        self.outcome_of(instance, data, &view)
    }

    /// The same of data that are shown in another way.
    pub(crate) fn outcome_of(
        &self,
        instance: &mut Instance,
        data: &Data,
        view: &View,
    ) -> Verdict<Option<Vec<f64>>> {
        match self.outputs_of(instance, data, view) {
            Ok(outputs) => Ok(Some(outputs)),
            Err(Problem::Refused(refusal)) => orderly(refusal).map(|()| None),
            Err(Problem::Wrong(why)) => fail(why),
        }
    }

    /// Everything that it predicts, kind after kind, each number found to be usable.
    pub(crate) fn predicted(&self, instance: &mut Instance, data: &Data) -> Verdict<Vec<f64>> {
        self.predicted_as(instance, data, Placement::Packed)
    }

    pub(crate) fn predicted_as(
        &self,
        instance: &mut Instance,
        data: &Data,
        placement: Placement,
    ) -> Verdict<Vec<f64>> {
        self.outputs(instance, data, placement).map_err(Not::from)
    }

    fn outputs(
        &self,
        instance: &mut Instance,
        data: &Data,
        placement: Placement,
    ) -> Result<Vec<f64>, Problem> {
        let view = View::features(data, placement).map_err(Problem::Wrong)?;
        self.outputs_of(instance, data, &view)
    }

    fn outputs_of(
        &self,
        instance: &mut Instance,
        data: &Data,
        view: &View,
    ) -> Result<Vec<f64>, Problem> {
        let mut all = Vec::new();
        for (kind, width) in self.kinds(instance, data) {
            let values = instance.predict(view, kind, data.n_rows * width);
            let values = values.map_err(Problem::Refused)?;
            check_values(kind, data.n_classes(), &values).map_err(Problem::Wrong)?;
            all.extend(values);
        }
        Ok(all)
    }

    /// The kinds that a fitted instance predicts, each with its number of columns. A cap may depend
    /// on hyperparameters: what those at hand do not give is answered with `E_UNSUPPORTED`.
    pub(crate) fn kinds(&self, instance: &mut Instance, data: &Data) -> Vec<(u32, usize)> {
        let mut kinds = vec![(abi::PREDICT_VALUE, 1)];
        let n = data.n_classes();
        if data.task() == Task::Classification {
            if self.caps.contains("predict_proba") {
                kinds.push((abi::PREDICT_PROBA, n));
            }
            if self.caps.contains("decision") {
                kinds.push((abi::PREDICT_DECISION, if n == 2 { 1 } else { n }));
            }
        }
        kinds.retain(|(kind, _)| *kind == abi::PREDICT_VALUE || gives(instance, data, *kind));
        kinds
    }

    /// The state of an instance.
    pub(crate) fn state(&self, instance: &mut Instance) -> Verdict<Vec<u8>> {
        let mut sink = Sink::default();
        instance.save(&mut sink)?;
        Ok(sink.bytes)
    }
}

/// Whether an instance predicts this kind at all, seen from no rows.
fn gives(instance: &mut Instance, data: &Data, kind: u32) -> bool {
    let none = data.at(&[]);
    let Ok(view) = View::features(&none, Placement::Packed) else { return true };
    let refused = |refusal: Refusal| refusal.status == abi::E_UNSUPPORTED;
    !instance.predict(&view, kind, 0).is_err_and(refused)
}

/// Why there is no prediction.
pub(crate) enum Problem {
    Refused(Refusal),
    Wrong(String),
}

impl From<Problem> for Not {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Refused(refusal) => refusal.into(),
            Problem::Wrong(why) => Self::Failed(why),
        }
    }
}

/// Fits, and insists on success.
pub(crate) fn fit(instance: &mut Instance, data: &Data) -> Verdict<Heard> {
    let (fitted, heard) = fit_as(instance, data, Placement::Packed, 1, Answer::CONTINUE)?;
    fitted?;
    Ok(heard)
}

/// Fits, whatever comes of it.
pub(crate) fn fit_as(
    instance: &mut Instance,
    data: &Data,
    placement: Placement,
    n_threads: u32,
    answer: Answer,
) -> Verdict<(Result<i32, Refusal>, Heard)> {
    let view = View::train(data, placement)?;
    Ok(instance.fit(Given { n_threads, ..PLAIN }, &view, answer))
}

/// Whether a refusal is one that users can do something about.
pub(crate) fn orderly(refusal: Refusal) -> Verdict {
    let allowed = [abi::E_INVALID, abi::E_UNSUPPORTED, abi::E_NUMERIC, abi::E_NOMEM];
    match allowed.contains(&refusal.status) && !refusal.message.is_empty() {
        true => Ok(()),
        false => Err(refusal.into()),
    }
}

/// Whether numbers of this kind can be used.
pub(crate) fn check_values(kind: u32, n_classes: usize, values: &[f64]) -> Result<(), String> {
    if let Some(i) = values.iter().position(|value| !value.is_finite()) {
        return Err(match values[i].is_nan() {
            true => format!("prediction {i} is NaN, or was not written"),
            false => format!("prediction {i} is infinite"),
        });
    }
    let is_code = |v: &f64| v.fract() == 0.0 && (0.0..n_classes as f64).contains(v);
    if kind == abi::PREDICT_VALUE && 0 < n_classes {
        return match values.iter().find(|value| !is_code(value)) {
            Some(value) => Err(format!("{value} is not the code of one of {n_classes} classes")),
            None => Ok(()),
        };
    }
    if kind != abi::PREDICT_PROBA {
        return Ok(());
    }
    for (i, row) in values.chunks_exact(n_classes.max(1)).enumerate() {
        let possible = -PROBABILITY_TOLERANCE..=1.0 + PROBABILITY_TOLERANCE;
        if let Some(p) = row.iter().find(|p| !possible.contains(p)) {
            return Err(format!("row {i} has the probability {p}"));
        }
        let sum: f64 = row.iter().sum();
        if PROBABILITY_TOLERANCE < (sum - 1.0).abs() {
            return Err(format!("the probabilities of row {i} sum to {sum}, not to 1"));
        }
    }
    Ok(())
}

/// Insists on the same bits.
pub(crate) fn same(what: &str, found: &[f64], expected: &[f64]) -> Verdict {
    let differs = |(a, b): (&f64, &f64)| a.to_bits() != b.to_bits();
    match found.iter().zip(expected).position(differs) {
        Some(i) => fail(format!("{what}: output {i} is {}, not {}", found[i], expected[i])),
        None if found.len() != expected.len() => fail(format!("{what}: another number of outputs")),
        None => Ok(()),
    }
}

/// Insists on nearly the same numbers, relative to the larger and 1.
pub(crate) fn near(what: &str, found: &[f64], expected: &[f64], tolerance: f64) -> Verdict {
    let is_far = |(a, b): (&f64, &f64)| tolerance * a.abs().max(b.abs()).max(1.0) < (a - b).abs();
    match found.iter().zip(expected).position(is_far) {
        Some(i) => fail(format!("{what}: output {i} is {}, not {}", found[i], expected[i])),
        None => Ok(()),
    }
}

/// The caps that a descriptor gives a model.
fn caps(descriptor: &str, model: &str) -> BTreeSet<String> {
    let entry = entry(descriptor, model).unwrap_or_default();
    let caps = entry["caps"].as_array().into_iter().flatten();
    caps.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A model's part of a descriptor, as it is written.
pub(crate) fn entry(descriptor: &str, model: &str) -> Option<Value> {
    let descriptor: Value = serde_json::from_str(descriptor).ok()?;
    let models = descriptor["models"].as_array()?;
    models.iter().find(|entry| entry["id"] == model).cloned()
}
