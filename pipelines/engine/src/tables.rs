//! What stages make of the folds, kept for trials that have the same stages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use surmise_core::seed::Seed;
use surmise_data::Dataset;
use surmise_data::split::Fold;
use surmise_plugin_host::{Runner, Sets, SharedTable};

use crate::Result;
use crate::pipeline::{Pipeline, share};
use crate::training::held_out;

/// How much memory the tables that are kept may take together.
const BYTES_MAX: u64 = 1 << 30;

/// The tables of one fold, as the model sees them.
pub(crate) struct Tables {
    pub(crate) train: SharedTable,
    /// What a training judges its progress by.
    pub(crate) validation: Option<SharedTable>,
    pub(crate) test: SharedTable,
}

/// Tables by fold and stages: made once, and shared by all trials that need them.
#[derive(Default)]
pub struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    tables: BTreeMap<Key, (u64, Arc<Tables>)>,
    n_bytes: u64,
    n_uses: u64,
}

/// The fold, and what is done with its rows.
type Key = (usize, String);

/// Where randomness comes from: for what a trial draws, and for the rows that all hold out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seeds {
    pub(crate) trial: Seed,
    pub(crate) validation: Seed,
}

impl Cache {
    /// What the pipeline's stages, fitted on the fold's training rows, make of its rows.
    pub(crate) fn tables(
        &self,
        i: usize,
        fold: &Fold,
        data: &Dataset,
        pipeline: &Pipeline,
        runner: &Runner,
        seeds: Seeds,
    ) -> Result<Arc<Tables>> {
        let make = || -> Result<Arc<Tables>> {
            let (train, held_out) = pipeline.split(&data.select(&fold.train), seeds.validation)?;
            let (stages, train) = pipeline.fit_stages(&train, seeds.trial)?;
            let test = stages.apply(&data.select(&fold.test))?;
            let learnt = |data: &Dataset| share(runner, data, true);
            let validation = held_out.map(|rows| learnt(&stages.apply(&rows)?)).transpose()?;
            let test = share(runner, &test, false)?;
            Ok(Arc::new(Tables { train: learnt(&train)?, validation, test }))
        };
        let Some(key) = key(i, pipeline) else { return make() };
        if let Some(kept) = self.lock().get(&key) {
            return Ok(kept);
        }
        let made = make()?;
        self.lock().insert(key, &made);
        Ok(made)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, key: &Key) -> Option<Arc<Tables>> {
        self.n_uses += 1;
        let (last_use, tables) = self.tables.get_mut(key)?;
        *last_use = self.n_uses;
        Some(Arc::clone(tables))
    }

    /// Keeps tables, in place of those that were not used for longest.
    fn insert(&mut self, key: Key, made: &Arc<Tables>) {
        self.n_bytes += made.n_bytes();
        self.tables.insert(key, (self.n_uses, Arc::clone(made)));
        while BYTES_MAX < self.n_bytes {
            let oldest = self.tables.iter().min_by_key(|(_, (last_use, _))| *last_use);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { return };
            let gone = self.tables.remove(&oldest);
            self.n_bytes -= gone.map_or(0, |(_, tables)| tables.n_bytes());
        }
    }
}

impl Tables {
    /// What a model is fitted to.
    pub(crate) fn sets(&self) -> Sets<'_> {
        Sets { train: &self.train, validation: self.validation.as_ref() }
    }

    fn n_bytes(&self) -> u64 {
        let validation = self.validation.as_ref().map_or(0, SharedTable::n_bytes);
        self.train.n_bytes() + validation + self.test.n_bytes()
    }
}

/// Equal for pipelines whose stages make the same of the same rows; none if a stage draws at
/// random, and so makes something else in every trial.
fn key(fold: usize, pipeline: &Pipeline) -> Option<Key> {
    let held_out = pipeline.training.as_ref().and_then(held_out);
    let mut text = format!("{held_out:?}\n");
    for stage in &pipeline.stages {
        if !stage.stage.is_deterministic() {
            return None;
        }
        let settings = serde_json::to_string(&stage.settings).ok()?;
        text += &format!("{:?} {settings}\n", stage.name);
    }
    Some((fold, text))
}
