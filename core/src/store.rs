//! Where events are kept: the contract, and the reference implementation in memory.

use std::collections::BTreeMap;
use std::fmt;

use crate::event::Event;
use crate::{Error, Result};

/// A study's identity in a store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StudyId(String);

impl StudyId {
    /// The study of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StudyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many events a log holds: the place of the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seq(pub u64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An append-only log of events for each study.
pub trait EventStore {
    /// Appends all of `events`, or none, if the log holds exactly `after` events. When this
    /// returns, they outlast a crash of the process and, for a store on disk, of the machine.
    /// Appending to a study that is not there makes it; appending nothing only compares.
    ///
    /// # Errors
    /// [`Error::is_conflict`] if the log holds another number of events: somebody else wrote.
    fn append(&mut self, study: &StudyId, after: Seq, events: &[Event]) -> Result<Seq>;

    /// The events from number `from` on, in order. A study that is not there has none.
    ///
    /// # Errors
    /// If the store cannot be read or holds what is no event.
    fn read(&self, study: &StudyId, from: Seq) -> Result<Vec<Event>>;

    /// The studies in this store, sorted by name.
    ///
    /// # Errors
    /// If the store cannot be read.
    fn studies(&self) -> Result<Vec<StudyId>>;
}

/// A store that lives as long as the value: for tests, and for runs that leave nothing behind.
#[derive(Debug, Default)]
pub struct MemoryStore {
    logs: BTreeMap<StudyId, Vec<Event>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl EventStore for MemoryStore {
    fn append(&mut self, study: &StudyId, after: Seq, events: &[Event]) -> Result<Seq> {
        let found = Seq(self.logs.get(study).map_or(0, |log| log.len() as u64));
        if found != after {
            return Err(conflict(study, after, found));
        }
        if !events.is_empty() {
            let log = self.logs.entry(study.clone()).or_default();
            log.extend_from_slice(events);
        }
        Ok(Seq(found.0 + events.len() as u64))
    }

    fn read(&self, study: &StudyId, from: Seq) -> Result<Vec<Event>> {
        let skip = usize::try_from(from.0).unwrap_or(usize::MAX);
        Ok(self
            .logs
            .get(study)
            .map_or_else(Vec::new, |log| log.iter().skip(skip).cloned().collect()))
    }

    fn studies(&self) -> Result<Vec<StudyId>> {
        Ok(self.logs.keys().cloned().collect())
    }
}

/// The error of a lost compare-and-append, in the same words for every store.
#[must_use]
pub fn conflict(study: &StudyId, expected: Seq, found: Seq) -> Error {
    Error::conflict(format!(
        "the log of study `{study}` holds {found} events where {expected} were expected: \
         another process is writing to it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{created, started, study_of_x};

    /// The conformance kit runs on this store in `tests/conformance.rs`; this is what an outsider
    /// cannot ask.
    #[test]
    fn a_conflict_says_what_was_found() {
        let mut store = MemoryStore::new();
        let study = StudyId::new("wine");
        let events = [created(&study_of_x()), started(0)];
        assert_eq!(store.append(&study, Seq(0), &events).unwrap(), Seq(2));
        let error = store.append(&study, Seq(1), &events).unwrap_err();
        assert!(error.is_conflict());
        assert!(error.to_string().contains("`wine` holds 2 events where 1 were expected"));
    }
}
