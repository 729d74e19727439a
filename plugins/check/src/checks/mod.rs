//! The checks, one function each, and the one table of them.

mod data;
mod descriptor;
mod file;
mod fit;
mod fuzz;
mod gradient;
mod lifecycle;
mod load;
mod parameters;
mod predict;
mod sandbox;
mod state;
mod system;

use std::path::Path;

use surmise_plugin_host::{Facts, Library};

use crate::outcome::{Status, Verdict};
use crate::process::Ended;
use crate::subject::Subject;

/// A check.
#[derive(Debug)]
pub struct Check {
    /// Its name: its group, a point, a word.
    pub id: &'static str,
    /// What holds if it passes.
    pub what: &'static str,
    /// What is run.
    pub(crate) run: Run,
    /// Whether nothing may be printed and no file may be left.
    pub(crate) quiet: bool,
    /// Whether valgrind watches it.
    pub(crate) watched: bool,
    /// How its process may end without having told anything, and how the check has gone then.
    pub(crate) forgives: &'static [(Ended, Status)],
}

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    /// The file, of which nothing is run.
    File(fn(&Path, &Facts) -> Verdict),
    /// The file, which the check loads itself.
    Path(fn(&Path) -> Verdict),
    /// The loaded plugin.
    Library(fn(&Library) -> Verdict),
    /// Each model.
    Model(fn(&Subject) -> Verdict),
}

impl Check {
    const fn new(id: &'static str, what: &'static str, run: Run) -> Self {
        Self { id, what, run, quiet: false, watched: false, forgives: &[] }
    }

    const fn file(id: &'static str, what: &'static str, run: fn(&Path, &Facts) -> Verdict) -> Self {
        Self::new(id, what, Run::File(run))
    }

    const fn path(id: &'static str, what: &'static str, run: fn(&Path) -> Verdict) -> Self {
        Self::new(id, what, Run::Path(run))
    }

    const fn library(id: &'static str, what: &'static str, run: fn(&Library) -> Verdict) -> Self {
        Self::new(id, what, Run::Library(run))
    }

    const fn model(id: &'static str, what: &'static str, run: fn(&Subject) -> Verdict) -> Self {
        Self::new(id, what, Run::Model(run))
    }

    const fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    const fn watched(self) -> Self {
        Self { watched: true, ..self }
    }

    const fn forgiving(self, forgives: &'static [(Ended, Status)]) -> Self {
        Self { forgives, ..self }
    }

    /// Whether it needs a plugin that the host loads.
    #[must_use]
    pub fn needs_plugin(&self) -> bool {
        matches!(self.run, Run::Library(_) | Run::Model(_))
    }

    /// Whether it is made for each model.
    #[must_use]
    pub fn is_for_models(&self) -> bool {
        matches!(self.run, Run::Model(_))
    }
}

/// Every check, in the order in which they are told.
pub fn all() -> impl Iterator<Item = &'static Check> + Clone {
    [
        file::CHECKS,
        load::CHECKS,
        descriptor::CHECKS,
        parameters::CHECKS,
        data::CHECKS,
        fit::CHECKS,
        predict::CHECKS,
        state::CHECKS,
        gradient::CHECKS,
        lifecycle::CHECKS,
        sandbox::CHECKS,
        fuzz::CHECKS,
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own_and_says_what_holds() {
        let ids: BTreeSet<&str> = all().map(|check| check.id).collect();
        assert_eq!(ids.len(), all().count());
        for check in all() {
            let (group, name) = check.id.split_once('.').expect("a group");
            assert!(!group.is_empty() && !name.contains('.'), "{}", check.id);
            let begins_small = check.what.starts_with(|c: char| !c.is_uppercase());
            assert!(begins_small && !check.what.ends_with('.'), "{}", check.what);
        }
    }
}
