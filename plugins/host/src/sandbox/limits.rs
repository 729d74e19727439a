//! How much a worker may use.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

use super::Tenant;

/// The largest file that a worker may write.
pub(crate) const FILE_BYTES_MAX: u64 = 64 << 20;

/// The largest file that a command may write: checkpoints are large.
pub(crate) const COMMAND_FILE_BYTES_MAX: u64 = 1 << 30;

const FILES_MAX: u64 = 256;
const COMMAND_FILES_MAX: u64 = 4096;
const STACK_BYTES: u64 = 8 << 20;

/// Sets hard limits on memory, files and stack. `memory_bytes` bounds private writable memory: not
/// the address space, which shared data may exceed by far.
pub(super) fn apply(memory_bytes: Option<u64>, tenant: &Tenant) -> io::Result<()> {
    let (file_bytes, n_files) = match tenant {
        Tenant::Plugin => (FILE_BYTES_MAX, FILES_MAX),
        Tenant::Command(_) => (COMMAND_FILE_BYTES_MAX, COMMAND_FILES_MAX),
    };
    let limits = [
        (Resource::Core, Some(0)),
        (Resource::Fsize, Some(file_bytes)),
        (Resource::Nofile, Some(n_files)),
        (Resource::Stack, Some(STACK_BYTES)),
        (Resource::Data, memory_bytes),
    ];
    for (resource, limit) in limits.into_iter().filter(|(_, limit)| limit.is_some()) {
        let allowed = rustix::process::getrlimit(resource).maximum;
        let limit = match (limit, allowed) {
            (Some(limit), Some(allowed)) => Some(limit.min(allowed)),
            (limit, _) => limit,
        };
        setrlimit(resource, Rlimit { current: limit, maximum: limit })?;
    }
    Ok(())
}
