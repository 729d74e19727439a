//! The host's services, from the plugin's side.

use surmise_plugin_abi as abi;

use crate::context::Progress;
use crate::{Error, Result, Verdict};

/// A host that an instance was made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Services(abi::Host);

// SAFETY: by the ABI every service may be called from any thread, except `report`, which is only
// reached through the `FitCtx` on the stack of the thread that runs `fit`.
unsafe impl Send for Services {}

impl Services {
    /// # Safety
    /// `host` is null or points at a host that follows the ABI and outlives the result.
    pub(super) unsafe fn new(host: *const abi::Host) -> Result<Self> {
        // SAFETY: passed on.
        match unsafe { abi::read::prefix(host) } {
            Ok(host) => Ok(Self(host)),
            Err(problem) => Err(Error::invalid(format!("the host's services are {problem}"))),
        }
    }

    pub(super) fn set_error(&self, error: &Error) {
        let Some(set_error) = self.0.set_error else {
            return;
        };
        let text = error.message();
        // SAFETY: the host outlives `self`; the text is borrowed for the call, which copies it.
        unsafe {
            set_error(self.0.ctx, error.status(), text.as_ptr().cast(), text.len() as u64);
        }
    }
}

impl Progress for Services {
    fn report(&self, step: u64, metrics: &[(&str, f64)]) -> Verdict {
        let Some(report) = self.0.report else {
            return Verdict::Continue;
        };
        let metrics: Vec<abi::Metric> = metrics
            .iter()
            .map(|(name, value)| abi::Metric { name: abi::Str::new(name), value: *value })
            .collect();
        let filled = abi::Report {
            struct_size: size_of::<abi::Report>() as u64,
            step,
            metrics: metrics.as_ptr(),
            n_metrics: metrics.len() as u64,
            valid_pred: std::ptr::null(),
            n_valid_pred: 0,
        };
        // SAFETY: the host outlives `self`; the report and what it points at live for the call.
        verdict(unsafe { report(self.0.ctx, &raw const filled) })
    }

    fn verdict(&self) -> Verdict {
        let Some(should_stop) = self.0.should_stop else {
            return Verdict::Continue;
        };
        // SAFETY: the host outlives `self`.
        verdict(unsafe { should_stop(self.0.ctx) })
    }
}

/// An answer that this version does not know ends the fit: it can only be a request to stop.
fn verdict(answer: i32) -> Verdict {
    match answer {
        abi::CONTINUE => Verdict::Continue,
        abi::STOP => Verdict::Stop,
        _ => Verdict::Cancel,
    }
}
