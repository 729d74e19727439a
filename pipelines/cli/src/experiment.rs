//! From a pipeline file to something that runs: the only place where all rooms meet.

mod command;

pub(crate) use command::CommandSubject;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use surmise_core::component::{Deterministic, MetricInfo, Task};
use surmise_core::seed::Seed;
use surmise_core::space::Space;
use surmise_core::study::{Objective, SamplerChoice, Study};
use surmise_core::trial::{Params, Trial};
use surmise_data::{CsvOptions, Dataset, Kind, Loaded, Target, split};
use surmise_engine::cross_validation::{Configure, CrossValidation, Refitted};
use surmise_engine::executor::Objective as Evaluate;
use surmise_engine::measures::{Constraint, Measures};
use surmise_engine::pipeline::{NamedStage, Pipeline};
use surmise_engine::tables::Cache;
use surmise_plugin_host::Runner;
use surmise_spec::{ConstraintSpec, SearchSpec, Spec};

use crate::args::Moved;
use crate::exit::{Exit, Failure, Result};
use crate::lock::{DataLock, Lock, PluginLock};
use crate::pipeline_file::{Checked, PipelineFile};
use crate::run_folder::RunFolder;
use crate::{preflight, registry};

/// A checked pipeline, ready to run.
pub(crate) struct Experiment {
    pub(crate) subject: Subject,
    pub(crate) study: Study,
    pub(crate) lock: Lock,
    /// What works, but hardly as meant.
    pub(crate) notes: Vec<String>,
}

/// What a trial is.
pub(crate) enum Subject {
    /// Data, stages and a plugin's model.
    Plugin(Box<PluginSubject>),
    /// A program that does it all.
    Command(Box<CommandSubject>),
}

/// A checked pipeline with its model and data.
pub(crate) struct PluginSubject {
    pub(crate) spec: Arc<Spec>,
    pub(crate) objective: CrossValidation,
    /// The held-out rows, which no trial sees.
    pub(crate) test: Option<Dataset>,
}

impl Experiment {
    /// Prepares what a run was made from. What cannot be prepared may have changed since: then the
    /// lock says what it was.
    pub(crate) fn of_run(
        run: &RunFolder,
        lock: &Lock,
        moved: &Moved,
        threads: Option<u16>,
    ) -> Result<Self> {
        let file = PipelineFile::of_run(run, lock, moved)?;
        Self::prepare(&file, threads).map_err(|failure| match failure.exit {
            Exit::Data | Exit::Plugin => match lock.made_with(failure.exit) {
                Some(hint) => failure.hint(hint),
                None => failure,
            },
            _ => failure,
        })
    }

    /// Checks the file, reads the data and lays out what a trial is.
    pub(crate) fn prepare(file: &PipelineFile, threads: Option<u16>) -> Result<Self> {
        match file.check()? {
            Checked::Plugin { spec, model } => PluginSubject::prepare(spec, model, file, threads),
            Checked::Command(spec) => CommandSubject::prepare(*spec, file),
        }
    }

    /// What the experiment is called.
    pub(crate) fn name(&self) -> &str {
        &self.study.name
    }

    /// What running a trial means.
    pub(crate) fn objective(&self) -> &dyn Evaluate {
        match &self.subject {
            Subject::Plugin(plugin) => &plugin.objective,
            Subject::Command(command) => &command.objective,
        }
    }

    /// What its model is, in a word.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.subject {
            Subject::Plugin(_) => "plugin",
            Subject::Command(_) => "command",
        }
    }

    /// What is promised of repetition.
    pub(crate) fn promise(&self) -> Deterministic {
        match &self.subject {
            Subject::Plugin(plugin) => plugin.objective.model.info().deterministic,
            Subject::Command(command) if command.spec.model.deterministic => Deterministic::Bitwise,
            Subject::Command(_) => Deterministic::No,
        }
    }

    /// Keeps what the model prints from here on in a run's folder.
    pub(crate) fn keep_logs(&mut self, run: &RunFolder) -> Result<()> {
        let folder = run.logs();
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))
            .map_err(|e| Failure::new(Exit::Run, e))?;
        match &mut self.subject {
            Subject::Plugin(plugin) => plugin.objective.logs = Some(folder),
            Subject::Command(command) => command.objective.logs = Some(folder),
        }
        Ok(())
    }

    /// Fits a trial's configuration to all rows that trials may see, from the stream `refit`; a
    /// command has no such rows.
    pub(crate) fn refit(&self, best: &Trial) -> Result<Option<Refitted>> {
        let Subject::Plugin(plugin) = &self.subject else { return Ok(None) };
        let seed = Seed::root(self.study.seed).child("refit");
        Ok(Some(plugin.objective.refit(&best.params, plugin.test.as_ref(), seed)?))
    }
}

impl PluginSubject {
    /// Reads the data and lays out what a trial is.
    fn prepare(
        spec: Arc<Spec>,
        model: Runner,
        file: &PipelineFile,
        threads: Option<u16>,
    ) -> Result<Experiment> {
        let (loaded, path) = read_data(&spec, &file.folder)?;
        let task = loaded.dataset.task();
        spec.check_task(task).map_err(|d| Failure::diagnostics(Exit::Pipeline, d))?;
        preflight::check(&spec, &loaded, model.info())?;
        preflight::check_training(&spec, task)?;
        let seed = Seed::root(spec.seed);
        let (data, test) = hold_out(&spec, &loaded.dataset, seed)?;
        let lock = Lock {
            data: Some(DataLock { path, fingerprint: loaded.fingerprint }),
            plugin: Some(PluginLock::of(model.plugin())),
            ..Lock::of(file, &spec.canonical())?
        };
        let folds = folds(&spec, &data, seed)?;
        preflight::check_folds(&spec, &data, &folds)?;
        let objective = CrossValidation {
            held_out: seed.child("validation"),
            folds,
            measures: measures(&spec)?,
            model,
            configure: configure(Arc::clone(&spec)),
            pool: pool(threads)?,
            tables: Cache::default(),
            logs: None,
            data,
        };
        let study = study(&spec)?;
        let notes = preflight::notes(&spec, objective.data.target());
        let subject = Subject::Plugin(Box::new(Self { spec, objective, test }));
        Ok(Experiment { subject, study, lock, notes })
    }
}

/// Reads the data, with what goes wrong shown at its place in the pipeline file.
fn read_data(spec: &Spec, folder: &Path) -> Result<(Loaded, PathBuf)> {
    let path = folder.join(&spec.data.source.path);
    match surmise_data::csv::read(&path, &csv_options(spec)?) {
        Ok(loaded) => Ok((loaded, path)),
        Err(e) => {
            let place = match e.kind() {
                Kind::Target => "data.target",
                Kind::Weights => "data.weights",
                Kind::Drop => "data.columns.drop",
                Kind::Categorical => "data.columns.categorical",
                Kind::Task => "data.task",
                Kind::Delimiter => "data.source.delimiter",
                Kind::File | Kind::Content | Kind::Dataset | Kind::Split => "data.source.csv",
            };
            Err(Failure::diagnostics(Exit::Data, spec.diagnose(place, &e.to_string(), None)))
        }
    }
}

/// How a pipeline's data is written.
pub(crate) fn csv_options(spec: &Spec) -> Result<CsvOptions> {
    let data = &spec.data;
    let delimiter = u8::try_from(data.source.delimiter);
    Ok(CsvOptions {
        header: data.source.header,
        delimiter: delimiter.map_err(|e| Failure::new(Exit::Internal, e))?,
        target: data.target.clone(),
        weights: data.weights.clone(),
        drop: data.drop.clone(),
        categorical: data.categorical.clone(),
        task: data.task,
    })
}

/// Sets the test split aside: the rows for trials, and the rows that none of them sees.
fn hold_out(spec: &Spec, dataset: &Dataset, seed: Seed) -> Result<(Dataset, Option<Dataset>)> {
    let Some(test) = &spec.data.test else {
        return Ok((dataset.clone(), None));
    };
    let stratify = test.stratify.unwrap_or(dataset.task() == Task::Classification);
    let fold = split::holdout(dataset.target(), test.fraction, stratify, seed.child("split"))
        .map_err(|e| at(spec, "data.split.test", &e))?;
    Ok((dataset.select(&fold.train), Some(dataset.select(&fold.test))))
}

/// The folds of every trial, drawn once from the study's own stream.
fn folds(spec: &Spec, data: &Dataset, seed: Seed) -> Result<Vec<split::Fold>> {
    let evaluation = &spec.evaluation;
    let k = evaluation.folds as usize;
    let shuffle = evaluation.shuffle.then(|| seed.child("folds"));
    let folds = match data.target() {
        Target::Classes { codes, .. } if evaluation.stratified != Some(false) => {
            split::stratified_kfold(codes, k, shuffle)
        }
        _ => split::kfold(data.n_rows(), k, shuffle),
    };
    folds.map_err(|e| at(spec, "evaluation.resample.kfold", &e))
}

fn at(spec: &Spec, place: &str, error: &surmise_data::Error) -> Failure {
    Failure::diagnostics(Exit::Data, spec.diagnose(place, &error.to_string(), None))
}

/// The metrics that the file names.
fn measures(spec: &Spec) -> Result<Measures> {
    let metric = |info: &MetricInfo| {
        registry::metric(&info.name)
            .ok_or_else(|| Failure::message(Exit::Internal, "a metric left the registry"))
    };
    let evaluation = &spec.evaluation;
    let constraint =
        |c: &ConstraintSpec| Ok(Constraint { metric: metric(&c.metric)?, limit: c.limit });
    Ok(Measures {
        objective: metric(&evaluation.metric)?,
        others: evaluation.others.iter().map(metric).collect::<Result<_>>()?,
        constraints: evaluation.constraints.iter().map(constraint).collect::<Result<_>>()?,
    })
}

/// The study that the file describes; without a search, one trial of the values as written.
fn study(spec: &Spec) -> Result<Study> {
    let evaluation = &spec.evaluation;
    let objective = |metric: &MetricInfo| Objective {
        metric: metric.name.clone(),
        direction: metric.direction,
    };
    let plain = Study {
        name: spec.name.clone(),
        seed: spec.seed,
        objective: objective(&evaluation.metric),
        others: evaluation.others.iter().map(objective).collect(),
        constraints: evaluation.constraints.iter().map(ToString::to_string).collect(),
        steps: None,
        space: Space::try_from(Vec::new())?,
        first: None,
        sampler: SamplerChoice { name: "grid".into(), settings: serde_json::Map::new() },
        trials: 1,
        parallel: 1,
    };
    Ok(match &spec.search {
        None => plain,
        Some(search) => searching(plain, search),
    })
}

/// A study with a search.
fn searching(plain: Study, search: &SearchSpec) -> Study {
    Study {
        space: search.space.clone(),
        first: search.first.clone(),
        sampler: search.sampler.clone(),
        trials: search.trials,
        parallel: search.parallel,
        ..plain
    }
}

fn configure(spec: Arc<Spec>) -> Configure {
    let unusable = |e: &dyn std::fmt::Display| surmise_engine::Error::Configuration(e.to_string());
    Box::new(move |params: &Params| {
        let configuration = spec.configure(params).map_err(|e| unusable(&e))?;
        let mut stages = Vec::with_capacity(configuration.stages.len());
        for stage in configuration.stages {
            let made = registry::stage(&stage.name, &stage.settings)
                .map_err(|e| unusable(&format!("{e:#}")))?;
            stages.push(NamedStage { name: stage.name, settings: stage.settings, stage: made });
        }
        let (model, training) = (configuration.model, configuration.training);
        Ok(Pipeline { stages, model, training })
    })
}

fn pool(threads: Option<u16>) -> Result<rayon::ThreadPool> {
    let threads = threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| surmise_engine::Error::Threads { threads, source }.into())
}
