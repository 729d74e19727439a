//! `surmise.lock`: hashes and versions of all that a run's results depend on.

mod changes;
mod machine;
mod pins;

pub(crate) use changes::Change;
pub(crate) use machine::Machine;
pub(crate) use pins::Pins;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use surmise_core::event;
use surmise_data::Fingerprint;
use surmise_plugin_host::Plugin;

use crate::args::Changed;
use crate::exit::{Exit, Failure, Result};

/// What a run depends on, beside the code of the pipeline file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    pub(crate) surmise: Version,
    pub(crate) pipeline: PipelineLock,
    pub(crate) data: DataLock,
    pub(crate) plugin: PluginLock,
    pub(crate) machine: Machine,
    /// What changed and was accepted in the course of the run, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) accepted: Vec<Accepted>,
}

/// A change that `surmise resume --accept` let pass: results before and after it do not have the
/// same inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepted {
    pub(crate) what: Changed,
    /// How many events the log held.
    pub(crate) after_events: u64,
    pub(crate) change: String,
}

/// The program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    pub(crate) version: String,
    pub(crate) event_format: u32,
    /// Of the program: two builds of one version need not give the same bits.
    pub(crate) sha256: String,
}

/// The pipeline file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PipelineLock {
    /// The folder from which the file's relative paths count.
    pub(crate) folder: PathBuf,
    /// What the command line changed in it.
    pub(crate) overrides: Vec<String>,
    /// Of the bytes as written.
    pub(crate) sha256: String,
    /// Of what they were understood to mean: a changed comment leaves this as it is.
    pub(crate) meaning_sha256: String,
}

/// The data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataLock {
    pub(crate) path: PathBuf,
    pub(crate) fingerprint: Fingerprint,
}

/// The plugin's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PluginLock {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

impl Lock {
    /// Reads a run's lock.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        read_lock(path)
            .with_context(|| format!("cannot use the lock {}", path.display()))
            .map_err(|e| Failure::new(Exit::Run, e))
    }

    /// The text to write.
    pub(crate) fn to_text(&self) -> Result<String> {
        let body = serde_yaml::to_string(self).map_err(|e| Failure::new(Exit::Internal, e))?;
        Ok(format!("# Written by surmise; what this run's results depend on. Do not edit.\n{body}"))
    }
}

impl Version {
    /// This very program.
    pub(crate) fn current() -> Result<Self> {
        let program = std::env::current_exe().and_then(fs::read)?;
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").into(),
            event_format: event::VERSION,
            sha256: sha256(&program),
        })
    }

    fn text(&self) -> String {
        format!("{} sha256 {}", self.version, self.sha256)
    }
}

impl PluginLock {
    pub(crate) fn of(plugin: &Plugin) -> Self {
        let Plugin { id, version, path, sha256 } = plugin.clone();
        Self { id, version, path, sha256 }
    }

    fn text(&self) -> String {
        format!("{} {} sha256 {}", self.id, self.version, self.sha256)
    }
}

/// No lock comes near this size: what does is no lock.
const BYTES_MAX: u64 = 1 << 20;

fn read_lock(path: &Path) -> anyhow::Result<Lock> {
    let found = fs::metadata(path)?;
    anyhow::ensure!(found.is_file(), "it is no regular file");
    anyhow::ensure!(found.len() <= BYTES_MAX, "it is larger than {BYTES_MAX} bytes");
    Ok(serde_yaml::from_str(&fs::read_to_string(path)?)?)
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
