//! The store itself.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Params, Row, Transaction, TransactionBehavior, params};
use surmise_core::event::Event;
use surmise_core::store::{EventStore, Seq, StudyId, conflict};

use crate::lock::WriterLock;
use crate::{Error, Result, create, open};

/// An event store in one SQLite file.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("study.sqlite");
/// use surmise_core::store::EventStore;
/// use surmise_store::SqliteStore;
/// let writer = SqliteStore::create(&path)?;
/// assert!(SqliteStore::open(&path).is_err(), "one writer at a time");
/// let reader = SqliteStore::open_read_only(&path)?;
/// assert!(reader.studies()?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    // Before the lock, so that it is closed first.
    connection: Connection,
    /// None for a reader.
    writer: Option<WriterLock>,
}

impl SqliteStore {
    /// Makes a new store and becomes its writer. A crash leaves a whole store or none.
    ///
    /// # Errors
    /// If there is a file that is not empty, or the folder does not exist or cannot be written to.
    pub fn create(path: &Path) -> Result<Self> {
        let path = create::vacant(path)?;
        let writer = WriterLock::take(&path)?;
        create::make(&path)?;
        let connection = open::to_write(&path)?;
        open::make_durable(&connection, &path)?;
        Ok(Self { path, connection, writer: Some(writer) })
    }

    /// Opens a store and becomes its writer. A file that is no store stays as it is.
    ///
    /// # Errors
    /// If the file is no whole store of this format, cannot be written to, or has a writer.
    pub fn open(path: &Path) -> Result<Self> {
        let path = open::existing(path)?;
        let connection = open::to_write(&path)?;
        let writer = WriterLock::take(&path)?;
        open::make_durable(&connection, &path)?;
        Ok(Self { path, connection, writer: Some(writer) })
    }

    /// Opens a store to read, which any number may do while one writes.
    ///
    /// # Errors
    /// If the file is no whole store of this format.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let path = open::existing(path)?;
        let connection = open::to_read(&path)?;
        Ok(Self { path, connection, writer: None })
    }

    /// When each event of a study was stored, by the clock of the machine that did; the clock may
    /// have been set back in between. Entry i belongs to event i.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn times(&self, study: &StudyId) -> Result<Vec<SystemTime>> {
        let query = "SELECT at_unix_ms FROM event WHERE study = ?1 ORDER BY seq";
        let times: Vec<i64> = self.rows(query, [study.as_str()], |row| row.get(0))?;
        let time = |(seq, ms)| {
            let what = || format!("event {seq} of study `{study}` has the impossible time {ms}");
            from_unix_ms(ms).ok_or_else(|| Error::damaged(&self.path, what()))
        };
        times.into_iter().enumerate().map(time).collect()
    }

    fn try_append(&mut self, study: &StudyId, after: Seq, rows: &[String]) -> Result<Appended> {
        if self.writer.is_none() {
            return Err(Error::read_only(&self.path, "it was opened for reading"));
        }
        append(&mut self.connection, study, after, rows).map_err(|e| Error::sqlite(&self.path, e))
    }

    fn try_read(&self, study: &StudyId, from: Seq) -> Result<Vec<Event>> {
        let Ok(first) = i64::try_from(from.0) else {
            return Ok(Vec::new());
        };
        let query = "SELECT seq, payload FROM event WHERE study = ?1 AND seq >= ?2 ORDER BY seq";
        let rows: Vec<(i64, String)> =
            self.rows(query, params![study.as_str(), first], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let event = |(expected, (seq, payload)): (i64, (i64, String))| {
            if seq != expected {
                let what = format!("event {expected} of study `{study}` is missing");
                return Err(Error::damaged(&self.path, what));
            }
            serde_json::from_str(&payload).map_err(|e| {
                let what = format!("event {seq} of study `{study}` is no event ({e})");
                Error::damaged(&self.path, what)
            })
        };
        (first..).zip(rows).map(event).collect()
    }

    fn try_studies(&self) -> Result<Vec<StudyId>> {
        let query = "SELECT DISTINCT study FROM event";
        let mut studies = self.rows(query, [], |row| Ok(StudyId::new(row.get::<_, String>(0)?)))?;
        studies.sort();
        // SQLite tells neighbours of an index apart, so only one that is out of order has the same
        // name twice.
        match studies.is_sorted_by(|a, b| a < b) {
            true => Ok(studies),
            false => Err(Error::damaged(&self.path, "an index lists a study twice")),
        }
    }

    fn rows<T>(
        &self,
        query: &str,
        params: impl Params,
        row: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let rows = || {
            let mut statement = self.connection.prepare_cached(query)?;
            statement.query_map(params, row)?.collect::<Result<Vec<T>, _>>()
        };
        rows().map_err(|e| Error::sqlite(&self.path, e))
    }
}

impl EventStore for SqliteStore {
    fn append(
        &mut self,
        study: &StudyId,
        after: Seq,
        events: &[Event],
    ) -> surmise_core::Result<Seq> {
        let rows = events.iter().map(to_json).collect::<Result<Vec<_>>>()?;
        match self.try_append(study, after, &rows)? {
            Appended::All => Ok(Seq(after.0 + events.len() as u64)),
            Appended::Not { found } => Err(conflict(study, after, found)),
        }
    }

    fn read(&self, study: &StudyId, from: Seq) -> surmise_core::Result<Vec<Event>> {
        Ok(self.try_read(study, from)?)
    }

    fn studies(&self) -> surmise_core::Result<Vec<StudyId>> {
        Ok(self.try_studies()?)
    }
}

/// What became of an append.
enum Appended {
    All,
    /// The log held another number of events.
    Not {
        found: Seq,
    },
}

fn append(
    connection: &mut Connection,
    study: &StudyId,
    after: Seq,
    rows: &[String],
) -> rusqlite::Result<Appended> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = length(&transaction, study)?;
    if found != after {
        return Ok(Appended::Not { found });
    }
    insert(&transaction, study, found, rows)?;
    transaction.commit()?;
    Ok(Appended::All)
}

fn length(transaction: &Transaction<'_>, study: &StudyId) -> rusqlite::Result<Seq> {
    let query = "SELECT coalesce(max(seq) + 1, 0) FROM event WHERE study = ?1";
    let n: i64 =
        transaction.prepare_cached(query)?.query_row([study.as_str()], |row| row.get(0))?;
    let n = u64::try_from(n).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, n))?;
    Ok(Seq(n))
}

fn insert(
    transaction: &Transaction<'_>,
    study: &StudyId,
    after: Seq,
    rows: &[String],
) -> rusqlite::Result<()> {
    let now = unix_ms(SystemTime::now());
    let mut insert = transaction.prepare_cached(
        "INSERT INTO event (study, seq, payload, at_unix_ms) VALUES (?1, ?2, ?3, ?4)",
    )?;
    // `after` came from the file as a signed number.
    for (seq, payload) in (after.0.cast_signed()..).zip(rows) {
        insert.execute(params![study.as_str(), seq, payload, now])?;
    }
    Ok(())
}

/// The text of an event, once it is sure to come back as it was: JSON has no NaN.
fn to_json(event: &Event) -> Result<String> {
    serde_json::to_string(event)
        .ok()
        .filter(|text| serde_json::from_str(text).is_ok_and(|back: Event| back == *event))
        .ok_or(Error::NotStorable { event: event.name() })
}

fn unix_ms(time: SystemTime) -> i64 {
    let ms = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => ms(after),
        Err(before) => -ms(before.duration()),
    }
}

fn from_unix_ms(ms: i64) -> Option<SystemTime> {
    let distance = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

#[cfg(test)]
mod tests;
