//! What host, keeper and command say to each other before and after the command runs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::sandbox::{Level, Policy, Rights};

/// The largest message: arguments and environment.
pub(super) const BYTES_MAX: usize = 4 << 20;

/// What to run, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) sandbox: Policy,
    pub(super) memory_bytes: Option<u64>,
    pub(super) rights: Rights,
    /// The working folder.
    pub(super) folder: PathBuf,
    /// The one folder that it may write in.
    pub(super) scratch: PathBuf,
    /// Without one, only the restrictions are tried.
    pub(super) program: Option<PathBuf>,
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(String, String)>,
}

/// What the host hears.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    /// The command is restricted; it becomes the program now.
    Ready { level: Level },
    /// It never will.
    Refused { reason: String },
    /// The program ended, and whatever it had started: its status as the kernel has it.
    Ended { status: i32 },
}
