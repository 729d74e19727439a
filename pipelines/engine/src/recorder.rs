//! Keeps a study's log, its fold and its spectators in step.

use surmise_core::event::{Event, VERSION};
use surmise_core::history::History;
use surmise_core::store::{EventStore, Seq, StudyId};
use surmise_core::study::Study;

use crate::Result;

/// Somebody who watches a study: a progress display, a log.
pub trait Observer {
    /// Called with each event once it is stored, and with the history that includes it.
    fn notice(&mut self, event: &Event, history: &History);
}

/// Nobody watches.
impl Observer for () {
    fn notice(&mut self, _: &Event, _: &History) {}
}

/// Appends events to a store and folds them.
pub struct Recorder<'a> {
    store: &'a mut dyn EventStore,
    id: StudyId,
    history: History,
    stored: Seq,
    unstored: Vec<Event>,
}

impl<'a> Recorder<'a> {
    /// Begins the log of a new study.
    ///
    /// # Errors
    /// If the store already holds that study, or cannot be written.
    pub fn create(store: &'a mut dyn EventStore, id: StudyId, study: &Study) -> Result<Self> {
        let created = Event::Created { version: VERSION, study: Box::new(study.clone()) };
        let history = History::fold([&created])?;
        let stored = store.append(&id, Seq(0), std::slice::from_ref(&created))?;
        Ok(Self { store, id, history, stored, unstored: Vec::new() })
    }

    /// Continues a log.
    ///
    /// # Errors
    /// If the log cannot be read or makes no sense.
    pub fn open(store: &'a mut dyn EventStore, id: StudyId) -> Result<Self> {
        let events = store.read(&id, Seq(0))?;
        let history = History::fold(&events)?;
        Ok(Self { store, id, history, stored: Seq(events.len() as u64), unstored: Vec::new() })
    }

    /// How many events are stored.
    #[must_use]
    pub fn stored(&self) -> Seq {
        self.stored
    }

    /// The fold over the log.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Folds the next event. It is stored by the next [`Recorder::flush`].
    ///
    /// # Errors
    /// If it cannot follow; nothing has changed then.
    pub fn record(&mut self, event: Event) -> Result<()> {
        self.history.apply(&event)?;
        self.unstored.push(event);
        Ok(())
    }

    /// Stores what was recorded, all or none, and then shows it to `observer`. When
    /// this returns, it outlasts the process.
    ///
    /// # Errors
    /// If the store cannot be written; the recorder is then of no more use.
    pub fn flush(&mut self, observer: &mut dyn Observer) -> Result<()> {
        if self.unstored.is_empty() {
            return Ok(());
        }
        self.stored = self.store.append(&self.id, self.stored, &self.unstored)?;
        for event in self.unstored.drain(..) {
            observer.notice(&event, &self.history);
        }
        Ok(())
    }
}
