//! Ctrl-C: once to finish the running trial and stop, twice to stop at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::{Exit, Failure, Result};

/// Which Ctrl-C it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Press {
    /// The running trial is finished.
    First,
    /// The process ends.
    Second,
}

/// A flag that the first Ctrl-C sets. The second one ends the process: the log is whole at every
/// moment, so nothing but the running trial is lost. `tell` is told of both.
pub(crate) fn flag(tell: impl Fn(Press) + Send + 'static) -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            tell(Press::Second);
            stop_at_once();
        }
        tell(Press::First);
    })
    .map_err(|e| Failure::new(Exit::Internal, e))?;
    Ok(flag)
}

/// What is said of a first Ctrl-C.
pub(crate) const FINISHING: &str =
    "finishing the running trial; press Ctrl-C again to stop at once";

#[expect(clippy::exit, reason = "a model that runs in this process cannot be asked to return")]
fn stop_at_once() {
    std::process::exit(i32::from(Exit::Interrupted as u8));
}
