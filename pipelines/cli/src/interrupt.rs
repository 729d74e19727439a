//! Ctrl-C: once to finish the running trial and stop, twice to stop at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::{Exit, Failure, Result};
use crate::print;

/// A flag that the first Ctrl-C sets. The second one ends the process: the log is whole at every
/// moment, so nothing but the running trial is lost.
pub(crate) fn flag() -> Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            stop_at_once();
        }
        print::error("\nfinishing the running trial; press Ctrl-C again to stop at once\n");
    })
    .map_err(|e| Failure::new(Exit::Internal, e))?;
    Ok(flag)
}

#[expect(clippy::exit, reason = "a model that runs in this process cannot be asked to return")]
fn stop_at_once() {
    std::process::exit(i32::from(Exit::Interrupted as u8));
}
