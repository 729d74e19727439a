//! `surmise.lock`: hashes and versions of all that a run's results depend on.

mod changes;
mod machine;
mod pins;

pub(crate) use changes::Change;
pub(crate) use machine::Machine;
pub(crate) use pins::Pins;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use surmise_core::event;
use surmise_data::Fingerprint;
use surmise_plugin_host::Plugin;

use crate::args::Changed;
use crate::exit::{Exit, Failure, Result};
use crate::pipeline_file::PipelineFile;

/// What a run depends on, beside the code of the pipeline file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    pub(crate) surmise: Version,
    pub(crate) pipeline: PipelineLock,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<DataLock>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plugin: Option<PluginLock>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) command: Option<CommandLock>,
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

/// A command's program, and the files that it depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommandLock {
    /// The file, whatever link led to it.
    pub(crate) program: PathBuf,
    pub(crate) sha256: String,
    /// Hashes by the names that the pipeline file has for them.
    pub(crate) files: BTreeMap<String, String>,
}

impl Lock {
    /// The part that does not depend on what the model is.
    pub(crate) fn of(file: &PipelineFile, meaning: &str) -> Result<Self> {
        Ok(Self {
            surmise: Version::current()?,
            pipeline: PipelineLock {
                folder: file.folder.clone(),
                overrides: file.overrides.clone(),
                sha256: sha256(file.source.text.as_bytes()),
                meaning_sha256: sha256(meaning.as_bytes()),
            },
            data: None,
            plugin: None,
            command: None,
            machine: Machine::current(),
            accepted: Vec::new(),
        })
    }

    /// What a run was made with, for a failure to find it.
    pub(crate) fn made_with(&self, exit: Exit) -> Option<String> {
        Some(match exit {
            Exit::Data => {
                let DataLock { path, fingerprint } = self.data.as_ref()?;
                let (path, sha256) = (path.display(), &fingerprint.sha256);
                format!(
                    "the run was made with the data {path} (sha256 {sha256}); if its folder was \
                     moved, say where it is with --folder"
                )
            }
            _ => match (&self.plugin, &self.command) {
                (Some(PluginLock { path, sha256, .. }), _) => {
                    format!("the run was made with the plugin {} (sha256 {sha256})", path.display())
                }
                (_, Some(CommandLock { program, sha256, .. })) => format!(
                    "the run was made with the program {} (sha256 {sha256}); if the pipeline's \
                     folder was moved, say where it is with --folder",
                    program.display()
                ),
                _ => return None,
            },
        })
    }

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
    in_hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file that may not fit into memory, in hexadecimal.
pub(crate) fn sha256_of_file(path: &Path) -> Result<String> {
    let hash = || -> std::io::Result<String> {
        let mut file = fs::File::open(path)?;
        let (mut hash, mut chunk) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(in_hex(&hash.finalize())),
                n => hash.update(&chunk[..n]),
            }
        }
    };
    hash()
        .with_context(|| format!("cannot read {}", path.display()))
        .map_err(|e| Failure::new(Exit::Plugin, e))
}

fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
