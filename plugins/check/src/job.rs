//! One check of one model, as a process is told to make it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use surmise_core::seed::Seed;
use surmise_plugin_host::{Facts, Library};

use crate::checks::{self, Check, Run};
use crate::doing;
use crate::outcome::{Outcome, Verdict, fail, one_line};
use crate::subject::Subject;

/// What to do, and where to tell of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Absolute.
    pub(crate) plugin: PathBuf,
    /// A check's id; none to describe the plugin.
    pub(crate) check: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) draws: Draws,
}

/// What a check draws at random.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Draws {
    pub(crate) seed: u64,
    /// How many lives a fuzzer draws.
    pub(crate) rounds: u64,
    /// The one life that it repeats instead.
    pub(crate) reproduce: Option<u64>,
}

/// A job for a process of its own, with the files that it writes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) job: Job,
    pub(crate) verdict: PathBuf,
    pub(crate) doing: PathBuf,
}

/// What a process tells.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Told {
    Described { plugin: String, version: String, models: Vec<String> },
    Undescribed(String),
    Checked(Outcome),
}

impl Order {
    /// Does the job, in the process that was made for it.
    pub(crate) fn fulfil(&self) -> std::io::Result<()> {
        doing::tell(&self.doing)?;
        let told = serde_json::to_string(&self.job.done())?;
        std::fs::write(&self.verdict, told)
    }
}

impl Job {
    /// Does the job in this process.
    pub(crate) fn done(&self) -> Told {
        let Some(id) = &self.check else {
            return describe(&self.plugin);
        };
        let verdict = match checks::all().find(|check| check.id == id) {
            Some(check) => self.check(check),
            None => fail(format!("there is no check `{id}`")),
        };
        Told::Checked(verdict.into())
    }

    fn check(&self, check: &Check) -> Verdict {
        match check.run {
            Run::File(run) => run(&self.plugin, &Facts::read(&self.plugin)?),
            Run::Path(run) => run(&self.plugin),
            Run::Library(run) => run(&Library::open(&self.plugin)?),
            Run::Model(run) => {
                let model = self.model.as_deref().unwrap_or_default();
                let seed = Seed::root(self.draws.seed).child(check.id);
                let mut subject = Subject::load(&self.plugin, model, seed)?;
                (subject.rounds, subject.reproduce) = (self.draws.rounds, self.draws.reproduce);
                run(&subject)
            }
        }
    }
}

fn describe(plugin: &Path) -> Told {
    match Library::open(plugin) {
        Ok(library) => Told::Described {
            plugin: library.id().to_owned(),
            version: library.version().to_owned(),
            models: library.models().iter().map(|model| model.component.name.clone()).collect(),
        },
        Err(error) => Told::Undescribed(one_line(&error.to_string())),
    }
}
