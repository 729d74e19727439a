//! `surmise.lock`: hashes and versions of all that a run's results depend on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use surmise_core::event;
use surmise_data::Fingerprint;
use surmise_plugin_host::Library;

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

/// What may change the last bits of a float: the same seed and program promise the same results on
/// machines that agree in this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    pub(crate) arch: String,
    pub(crate) os: String,
    /// Instruction sets that numerical code chooses between.
    pub(crate) cpu: BTreeSet<String>,
    /// A fingerprint of the platform's elementary functions, which a plugin may use: their last
    /// bits differ between C libraries and between processors.
    pub(crate) math: String,
}

/// One thing that is not as the lock says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) what: Changed,
    pub(crate) text: String,
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

    /// What `now` has otherwise, in words.
    pub(crate) fn changes(&self, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut note = |what, differs: bool, text: String| {
            if differs {
                changes.push(Change { what, text });
            }
        };
        let (old, new) = (&self.data, &now.data);
        note(
            Changed::Data,
            old.fingerprint != new.fingerprint,
            format!(
                "the data {} changed: sha256 {} then, {} now",
                old.path.display(),
                old.fingerprint.sha256,
                new.fingerprint.sha256
            ),
        );
        let (old, new) = (&self.plugin, &now.plugin);
        note(
            Changed::Plugin,
            (&old.id, &old.sha256) != (&new.id, &new.sha256),
            format!(
                "the plugin {} changed: {} {} sha256 {} then, {} {} sha256 {} now",
                new.path.display(),
                old.id,
                old.version,
                old.sha256,
                new.id,
                new.version,
                new.sha256
            ),
        );
        note(
            Changed::Version,
            self.surmise != now.surmise,
            format!("surmise changed: {} then, {} now", self.surmise.version, now.surmise.version),
        );
        note(
            Changed::Machine,
            self.machine != now.machine,
            format!(
                "the machine changed: {} then, {} now",
                self.machine.text(),
                now.machine.text()
            ),
        );
        note(
            Changed::Pipeline,
            self.pipeline.meaning_sha256 != now.pipeline.meaning_sha256,
            "the pipeline file in the run folder changed its meaning".into(),
        );
        changes
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

impl Version {
    pub(crate) fn current() -> Self {
        Self { version: env!("CARGO_PKG_VERSION").into(), event_format: event::VERSION }
    }
}

impl PluginLock {
    pub(crate) fn of(library: &Library) -> Self {
        Self {
            id: library.id().into(),
            version: library.version().into(),
            path: library.path().into(),
            sha256: library.sha256().into(),
        }
    }
}

impl Machine {
    pub(crate) fn current() -> Self {
        Self {
            arch: std::env::consts::ARCH.into(),
            os: std::env::consts::OS.into(),
            cpu: instruction_sets(),
            math: math_fingerprint(),
        }
    }

    fn text(&self) -> String {
        let cpu: Vec<&str> = self.cpu.iter().map(String::as_str).collect();
        format!("{} {} [{}] math {}", self.arch, self.os, cpu.join(" "), self.math)
    }
}

#[cfg(target_arch = "x86_64")]
fn instruction_sets() -> BTreeSet<String> {
    let found = [
        ("sse4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("avx512f", std::arch::is_x86_feature_detected!("avx512f")),
    ];
    found.into_iter().filter(|(_, has)| *has).map(|(name, _)| name.into()).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn instruction_sets() -> BTreeSet<String> {
    BTreeSet::new()
}

/// SHA-256, cut short, of the bits of elementary functions at points spread over their domains.
fn math_fingerprint() -> String {
    let functions: [fn(f64) -> f64; 8] = [
        f64::exp,
        |x| x.abs().ln(),
        f64::sin,
        f64::cos,
        f64::tanh,
        f64::atan,
        f64::cbrt,
        |x| x.abs().powf(0.37),
    ];
    let points = (0..512).map(|i| (f64::from(i) - 255.5) / 13.7);
    let values = points.flat_map(|x| functions.map(|f| f(std::hint::black_box(x))));
    let bits: Vec<u8> = values.flat_map(|y| y.to_bits().to_le_bytes()).collect();
    sha256(&bits)[..16].to_owned()
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
