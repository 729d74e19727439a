//! A pipeline whose model is a command: what it means once it was checked.

mod template;
mod text;

pub use template::Trial;
pub(crate) use template::{Own, Part, Raw, Template, cut};

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use surmise_core::limit::Limit;
use surmise_core::study::Objective;
use surmise_core::trial::Params;
use surmise_core::{Error, Result};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::path::{PARAMS, Target};
use crate::source::Source;
use crate::spec::{SearchSpec, WorkersSpec};
use crate::tree::Node;

/// One experiment whose model is a program.
#[derive(Debug, Clone)]
pub struct CommandSpec {
    /// What the experiment is called.
    pub name: String,
    /// The only source of randomness; at most 2⁶³ − 1.
    pub seed: u64,
    /// The program.
    pub model: CommandUse,
    /// What it measures.
    pub evaluation: MeasuredSpec,
    /// What is searched for; `None` for a plain run.
    pub search: Option<SearchSpec>,
    /// What it may do and use up.
    pub isolation: ConfinesSpec,
    pub(crate) templates: Vec<Template>,
    pub(crate) sources: Arc<[Source]>,
    pub(crate) root: Node,
}

/// A program as the file has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CommandUse {
    /// The program and its arguments, as written.
    pub command: Vec<String>,
    /// The parameters as written.
    pub params: Map<String, Value>,
    /// Variables to add to its environment.
    pub env: BTreeMap<String, String>,
    /// Files that it depends on beside those that the command names, as written.
    pub files: Vec<String>,
    /// How many threads numerical libraries are told to use.
    pub threads: u32,
    /// Whether it promises the same numbers for the same parameters and the same seed.
    pub deterministic: bool,
}

/// What a program measures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasuredSpec {
    /// The objectives, at least one; the first one ranks.
    pub objectives: Vec<Objective>,
    /// What a configuration must keep to be feasible.
    pub constraints: Vec<MeasuredBound>,
    /// How many steps a whole training has; `None` if steps are not kept.
    pub steps: Option<u64>,
}

/// A bound on what a program measures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasuredBound {
    /// The name under which it is printed.
    pub metric: String,
    /// Which values are allowed.
    #[serde(flatten)]
    pub limit: Limit,
}

/// Its name in a study, such as `latency <= 5`.
impl fmt::Display for MeasuredBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.metric, self.limit)
    }
}

/// What a program may do and use up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfinesSpec {
    /// Sandbox, memory and time.
    pub limits: WorkersSpec,
    /// Whether it may use the network.
    pub network: bool,
    /// What it may read beyond what every program needs, as written.
    pub read: Vec<String>,
    /// What it may write beyond its scratch folder, as written.
    pub write: Vec<String>,
}

impl CommandSpec {
    /// The parameters of a trial: those searched that take part, and those written.
    ///
    /// # Errors
    /// If the values are not a configuration of the space.
    pub fn params(&self, params: &Params) -> Result<Map<String, Value>> {
        match &self.search {
            Some(search) => search.space.check(params)?,
            None if params.is_empty() => {}
            None => return Err(Error::invalid("a plain run has nothing that may vary")),
        }
        let mut all = self.model.params.clone();
        for (name, value) in params.iter() {
            if let Some(Target::Setting { part: PARAMS, name }) = Target::parse(name) {
                all.insert(name.to_owned(), value.clone());
            }
        }
        Ok(all)
    }

    /// The arguments of a trial with these parameters, the program's name left out.
    #[must_use]
    pub fn arguments(&self, params: &Map<String, Value>, trial: &Trial<'_>) -> Vec<String> {
        self.templates.iter().skip(1).map(|template| template.fill(params, trial)).collect()
    }

    /// The program's name, and the arguments that are the same for every trial.
    pub fn constants(&self) -> impl Iterator<Item = String> {
        self.templates.iter().filter_map(Template::constant)
    }

    /// A diagnostic at a place in the file, as [`Spec::diagnose`](crate::Spec::diagnose).
    #[must_use]
    pub fn diagnose(&self, path: &str, message: &str, help: Option<&str>) -> Diagnostics {
        let span = self.root.locate(path);
        let diagnostic = Diagnostic::new(Code::Run, span, message).help(help);
        Diagnostics::one(self.sources.clone(), diagnostic)
    }
}
