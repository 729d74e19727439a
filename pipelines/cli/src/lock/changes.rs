//! What is not as a lock says.

use super::{Accepted, Lock};
use crate::args::Changed;

/// One thing that is not as the lock says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) what: Changed,
    pub(crate) text: String,
}

impl Lock {
    /// What `now` has otherwise.
    pub(crate) fn changes(&self, now: &Self) -> Vec<Change> {
        let same = [
            (Changed::Data, self.data.fingerprint == now.data.fingerprint),
            (Changed::Plugin, self.plugin.sha256 == now.plugin.sha256),
            (Changed::Version, self.surmise == now.surmise),
            (Changed::Machine, self.machine == now.machine),
            (Changed::Pipeline, self.pipeline.meaning_sha256 == now.pipeline.meaning_sha256),
        ];
        let changed = same.into_iter().filter(|(_, same)| !same);
        changed.map(|(what, _)| Change { what, text: self.in_words(what, now) }).collect()
    }

    fn in_words(&self, what: Changed, now: &Self) -> String {
        let (subject, then, now) = match what {
            Changed::Data => (
                format!("the data {}", self.data.path.display()),
                format!("sha256 {}", self.data.fingerprint.sha256),
                format!("sha256 {}", now.data.fingerprint.sha256),
            ),
            Changed::Plugin => (
                format!("the plugin {}", now.plugin.path.display()),
                self.plugin.text(),
                now.plugin.text(),
            ),
            Changed::Version => ("surmise".into(), self.surmise.text(), now.surmise.text()),
            Changed::Machine => ("the machine".into(), self.machine.text(), now.machine.text()),
            Changed::Pipeline => {
                return "the pipeline file in the run folder changed its meaning".into();
            }
        };
        format!("{subject} changed: {then} then, {now} now")
    }
}

impl Change {
    /// A change that was accepted while the run went on.
    pub(crate) fn in_the_course(accepted: &Accepted) -> Self {
        let Accepted { what, after_events, change } = accepted;
        let text = format!("in the course of the run, after {after_events} events, {change}");
        Self { what: *what, text }
    }
}
