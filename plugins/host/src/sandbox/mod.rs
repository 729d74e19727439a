//! What a process gives up before it runs a model's code: a worker before it loads a plugin, or a
//! process before it becomes a command.
//!
//! Limits bound what its code can use up, Landlock what it can open, seccomp what it can ask of the
//! kernel. All of it is for good, and for the calling thread: it must be the only one.

mod calls;
mod files;
mod limits;
mod privileges;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use limits::{COMMAND_FILE_BYTES_MAX, FILE_BYTES_MAX};

/// What to do where the kernel cannot restrict a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Run nothing that is not restricted in full.
    Required,
    /// Restrict as far as the kernel can.
    #[default]
    BestEffort,
    /// Restrict nothing but resources: for plugins that need the network, other programs or a GPU.
    Off,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Level {
    /// The version of Landlock's interface that is in force, if any.
    pub landlock: Option<u8>,
    /// Whether system calls are filtered.
    pub seccomp: bool,
}

impl Level {
    /// Whether files and system calls are both restricted.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.landlock.is_some() && self.seccomp
    }
}

/// As in `limits+landlock(7)+seccomp`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("limits")?;
        if let Some(abi) = self.landlock {
            write!(f, "+landlock({abi})")?;
        }
        f.write_str(if self.seccomp { "+seccomp" } else { "" })
    }
}

/// Whether this process has root's rights, which a sandbox with a gap would hand on.
#[must_use]
pub fn runs_as_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether a plugin may start processes: nothing but the filter of system calls forbids it.
pub(crate) fn leaves_processes(policy: Policy) -> bool {
    policy == Policy::Off || !calls::can_filter()
}

/// Whose code is restricted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tenant {
    /// A plugin: no other processes, no network, no files but libraries.
    Plugin,
    /// A program: it may run others, and reads what programs read.
    Command(Rights),
}

/// What a program may do beyond what every program may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rights {
    /// Whether it may use the network.
    pub(crate) network: bool,
    /// Files and folders that it may read, and run what is in them.
    pub(crate) read: Vec<PathBuf>,
    /// Files, folders and devices that it may write too.
    pub(crate) write: Vec<PathBuf>,
}

/// Restricts the calling thread, or says why that is less than the policy asks for.
pub(crate) fn enter(
    policy: Policy,
    memory_bytes: Option<u64>,
    scratch: &Path,
    tenant: &Tenant,
) -> Result<Level, String> {
    limits::apply(memory_bytes, tenant).map_err(|e| format!("the limits cannot be set: {e}"))?;
    if policy == Policy::Off {
        return Ok(Level::default());
    }
    privileges::drop_all().map_err(|e| format!("privileges cannot be given up: {e}"))?;
    let landlock = files::restrict(scratch, tenant);
    // Last: it forbids what the steps above need.
    let seccomp = calls::filter(tenant);
    if policy == Policy::Required {
        let lacks = |what: &str, why: &str| format!("the sandbox is required, but {what}: {why}");
        landlock.as_ref().map_err(|e| lacks("Landlock restricts no files", e))?;
        seccomp.as_ref().map_err(|e| lacks("seccomp filters no system calls", e))?;
    }
    Ok(Level { landlock: landlock.ok(), seccomp: seccomp.is_ok() })
}
