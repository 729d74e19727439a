//! From a pipeline file to something that runs: the only place where all rooms meet.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use surmise_core::component::{MetricInfo, Task};
use surmise_core::seed::Seed;
use surmise_core::space::Space;
use surmise_core::study::{Objective, SamplerChoice, Study};
use surmise_core::trial::{Params, Trial};
use surmise_data::{CsvOptions, Dataset, Kind, Loaded, Target, split};
use surmise_engine::cross_validation::{Configure, CrossValidation, Refitted};
use surmise_engine::measures::{Constraint, Measures};
use surmise_engine::pipeline::{NamedStage, Pipeline};
use surmise_engine::tables::Cache;
use surmise_spec::{ConstraintSpec, Spec};

use crate::args::Moved;
use crate::exit::{Exit, Failure, Result};
use crate::lock::{DataLock, Lock, Machine, PipelineLock, PluginLock, Version, sha256};
use crate::pipeline_file::{Checked, PipelineFile};
use crate::run_folder::RunFolder;
use crate::{preflight, registry};

/// A checked pipeline with its model and data.
pub(crate) struct Experiment {
    pub(crate) spec: Arc<Spec>,
    pub(crate) study: Study,
    pub(crate) objective: CrossValidation,
    /// The held-out rows, which no trial sees.
    pub(crate) test: Option<Dataset>,
    pub(crate) lock: Lock,
    /// What works, but hardly as meant.
    pub(crate) notes: Vec<String>,
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
            Exit::Data => failure.hint(format!(
                "the run was made with the data {} (sha256 {}); if its folder was moved, say where \
                 it is with --folder",
                lock.data.path.display(),
                lock.data.fingerprint.sha256
            )),
            Exit::Plugin => failure.hint(format!(
                "the run was made with the plugin {} (sha256 {})",
                lock.plugin.path.display(),
                lock.plugin.sha256
            )),
            _ => failure,
        })
    }

    /// Checks the file, reads the data and lays out what a trial is.
    pub(crate) fn prepare(file: &PipelineFile, threads: Option<u16>) -> Result<Self> {
        let Checked { spec, model } = file.check()?;
        let (loaded, path) = read_data(&spec, &file.folder)?;
        let task = loaded.dataset.task();
        spec.check_task(task).map_err(|d| Failure::diagnostics(Exit::Pipeline, d))?;
        preflight::check(&spec, &loaded, model.info())?;
        let seed = Seed::root(spec.seed);
        let (data, test) = hold_out(&spec, &loaded.dataset, seed)?;
        let lock = Lock {
            surmise: Version::current()?,
            pipeline: PipelineLock {
                folder: file.folder.clone(),
                overrides: file.overrides.clone(),
                sha256: sha256(file.source.text.as_bytes()),
                meaning_sha256: sha256(spec.canonical().as_bytes()),
            },
            data: DataLock { path, fingerprint: loaded.fingerprint },
            plugin: PluginLock::of(model.plugin()),
            machine: Machine::current(),
            accepted: Vec::new(),
        };
        let objective = CrossValidation {
            folds: folds(&spec, &data, seed)?,
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
        Ok(Self { spec, study, objective, test, lock, notes })
    }

    /// Keeps what the model prints from here on in a run's folder.
    pub(crate) fn keep_logs(&mut self, run: &RunFolder) -> Result<()> {
        let folder = run.logs();
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))
            .map_err(|e| Failure::new(Exit::Run, e))?;
        self.objective.logs = Some(folder);
        Ok(())
    }

    /// Fits a trial's configuration to all rows that trials may see, from the stream `refit`.
    pub(crate) fn refit(&self, best: &Trial) -> Result<Refitted> {
        let seed = Seed::root(self.study.seed).child("refit");
        Ok(self.objective.refit(&best.params, self.test.as_ref(), seed)?)
    }
}

/// Reads the data, with what goes wrong shown at its place in the pipeline file.
fn read_data(spec: &Spec, folder: &Path) -> Result<(Loaded, PathBuf)> {
    let data = &spec.data;
    let path = folder.join(&data.source.path);
    let options = CsvOptions {
        header: data.source.header,
        delimiter: delimiter(spec)?,
        target: data.target.clone(),
        drop: data.drop.clone(),
        categorical: data.categorical.clone(),
        task: data.task,
    };
    match surmise_data::csv::read(&path, &options) {
        Ok(loaded) => Ok((loaded, path)),
        Err(e) => {
            let place = match e.kind() {
                Kind::Target => "data.target",
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

fn delimiter(spec: &Spec) -> Result<u8> {
    u8::try_from(spec.data.source.delimiter).map_err(|e| Failure::new(Exit::Internal, e))
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
        Some(search) => Study {
            space: search.space.clone(),
            first: search.first.clone(),
            sampler: search.sampler.clone(),
            trials: search.trials,
            parallel: search.parallel,
            ..plain
        },
    })
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
        Ok(Pipeline { stages, model: configuration.model })
    })
}

fn pool(threads: Option<u16>) -> Result<rayon::ThreadPool> {
    let threads = threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| surmise_engine::Error::Threads { threads, source }.into())
}
