//! What is not as a lock says.

use super::{Accepted, CommandLock, DataLock, Lock, PluginLock};
use crate::args::Changed;

/// One thing that is not as the lock says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) what: Changed,
    pub(crate) text: String,
}

impl Lock {
    /// What `now` has otherwise. What the pipeline is made of is the pipeline's meaning.
    pub(crate) fn changes(&self, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut note = |what, text| changes.push(Change { what, text });
        if let (Some(then), Some(now)) = (&self.data, &now.data)
            && let Some(text) = data(then, now)
        {
            note(Changed::Data, text);
        }
        if let (Some(then), Some(now)) = (&self.plugin, &now.plugin)
            && let Some(text) = plugin(then, now)
        {
            note(Changed::Plugin, text);
        }
        if let (Some(then), Some(now)) = (&self.command, &now.command) {
            program(then, now).into_iter().for_each(|text| note(Changed::Program, text));
            scripts(then, now).into_iter().for_each(|text| note(Changed::Script, text));
        }
        if self.surmise != now.surmise {
            note(Changed::Version, changed("surmise", &self.surmise.text(), &now.surmise.text()));
        }
        if self.machine != now.machine {
            note(
                Changed::Machine,
                changed("the machine", &self.machine.text(), &now.machine.text()),
            );
        }
        if self.pipeline.meaning_sha256 != now.pipeline.meaning_sha256 {
            let text = "the pipeline file in the run folder changed its meaning";
            note(Changed::Pipeline, text.to_owned());
        }
        changes
    }
}

fn changed(subject: &str, then: &str, now: &str) -> String {
    format!("{subject} changed: {then} then, {now} now")
}

fn data(then: &DataLock, now: &DataLock) -> Option<String> {
    let hash = |lock: &DataLock| format!("sha256 {}", lock.fingerprint.sha256);
    let subject = format!("the data {}", then.path.display());
    let differs = then.fingerprint != now.fingerprint;
    differs.then(|| changed(&subject, &hash(then), &hash(now)))
}

fn plugin(then: &PluginLock, now: &PluginLock) -> Option<String> {
    let subject = format!("the plugin {}", then.path.display());
    (then.sha256 != now.sha256).then(|| changed(&subject, &then.text(), &now.text()))
}

fn program(then: &CommandLock, now: &CommandLock) -> Option<String> {
    let text = |lock: &CommandLock| format!("{} sha256 {}", lock.program.display(), lock.sha256);
    (then.sha256 != now.sha256).then(|| changed("the program", &text(then), &text(now)))
}

/// A line for all of a command's files, if one of them changed.
fn scripts(then: &CommandLock, now: &CommandLock) -> Option<String> {
    let names: std::collections::BTreeSet<_> = then.files.keys().chain(now.files.keys()).collect();
    let hash = |lock: &CommandLock, name: &String| match lock.files.get(name) {
        Some(hash) => format!("sha256 {hash}"),
        None => "not there".to_owned(),
    };
    let differing = names.into_iter().filter(|name| then.files.get(*name) != now.files.get(*name));
    let all: Vec<String> = differing
        .map(|name| changed(&format!("the file {name}"), &hash(then, name), &hash(now, name)))
        .collect();
    (!all.is_empty()).then(|| all.join("; "))
}

impl Change {
    /// A change that was accepted while the run went on.
    pub(crate) fn in_the_course(accepted: &Accepted) -> Self {
        let Accepted { what, after_events, change } = accepted;
        let text = format!("in the course of the run, after {after_events} events, {change}");
        Self { what: *what, text }
    }
}
