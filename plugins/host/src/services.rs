//! What the host offers a plugin's instance: errors, reports, the log.

use std::any::Any;
use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};

use surmise_plugin_abi as abi;

use crate::text::{self, TEXT_BYTES_MAX};
use crate::{Report, Verdict};

pub(crate) const METRICS_MAX: u64 = 64;
pub(crate) const METRIC_NAME_BYTES_MAX: usize = 256;
pub(crate) const REPORTS_MAX: u64 = 1_000_000;

/// The services of one instance; the plugin holds pointers into it until the instance is gone.
pub(crate) struct Services {
    host: abi::Host,
    error: Mutex<Option<String>>,
    verdict: AtomicI32,
    fit: Mutex<Option<Listener>>,
}

/// Who listens to the reports of the fit that runs.
struct Listener {
    thread: ThreadId,
    report: *mut (dyn FnMut(Report) -> Verdict + 'static),
    n_reports: u64,
    last_step: Option<u64>,
    breach: Option<String>,
    panic: Option<Box<dyn Any + Send>>,
}

impl Services {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new_cyclic(|me: &Weak<Self>| Self {
            host: abi::Host {
                struct_size: size_of::<abi::Host>() as u64,
                abi_major: abi::ABI_MAJOR,
                abi_minor: abi::ABI_MINOR,
                ctx: me.as_ptr().cast_mut().cast(),
                log: Some(log),
                set_error: Some(set_error),
                report: Some(report),
                should_stop: Some(should_stop),
                get_extension: Some(get_extension),
            },
            error: Mutex::default(),
            verdict: AtomicI32::new(abi::CONTINUE),
            fit: Mutex::default(),
        })
    }

    /// Valid as long as `self`.
    pub(crate) fn host(&self) -> *const abi::Host {
        &raw const self.host
    }

    /// The text of the last error, which is then forgotten.
    pub(crate) fn take_error(&self) -> Option<String> {
        lock(&self.error).take()
    }

    /// The sternest answer to a report of the last fit.
    pub(crate) fn verdict(&self) -> i32 {
        self.verdict.load(Ordering::Relaxed)
    }

    /// Runs `fit` while its reports go to `report`. The error says how the reports broke the
    /// contract. A panic in `report` goes on once the plugin has returned.
    pub(crate) fn listen<T>(
        &self,
        report: &mut dyn FnMut(Report) -> Verdict,
        fit: impl FnOnce() -> T,
    ) -> (T, Result<(), String>) {
        // SAFETY: only the lifetime changes. The pointer is used by `report` alone, through
        // `self.fit`, from which it is taken before this function ends.
        let report = unsafe {
            std::mem::transmute::<
                *mut (dyn FnMut(Report) -> Verdict + '_),
                *mut (dyn FnMut(Report) -> Verdict + 'static),
            >(&raw mut *report)
        };
        self.verdict.store(abi::CONTINUE, Ordering::Relaxed);
        *lock(&self.fit) = Some(Listener {
            thread: thread::current().id(),
            report,
            n_reports: 0,
            last_step: None,
            breach: None,
            panic: None,
        });
        let outcome = fit();
        let listener = lock(&self.fit).take();
        match listener {
            Some(Listener { panic: Some(panic), .. }) => std::panic::resume_unwind(panic),
            Some(Listener { breach: Some(breach), .. }) => (outcome, Err(breach)),
            _ => (outcome, Ok(())),
        }
    }
}

impl Listener {
    /// Hands a report on. The error says how it breaks the contract.
    fn hear(&mut self, heard: Report) -> Result<Verdict, String> {
        if self.thread != thread::current().id() {
            return Err("reported from another thread than the one that runs fit".to_owned());
        }
        if self.last_step.is_some_and(|last| heard.step <= last) {
            return Err(format!("reported step {} after a later one", heard.step));
        }
        if self.n_reports == REPORTS_MAX {
            return Err(format!("reported more than {REPORTS_MAX} times"));
        }
        self.last_step = Some(heard.step);
        self.n_reports += 1;
        // SAFETY: this is the thread that called `listen`, which is still running and has lent
        // the closure exclusively; the lock around `self` keeps a second call out.
        let report = unsafe { &mut *self.report };
        match catch_unwind(AssertUnwindSafe(|| report(heard))) {
            Ok(verdict) => Ok(verdict),
            Err(panic) => {
                self.panic = Some(panic);
                Ok(Verdict::Cancel)
            }
        }
    }
}

unsafe extern "C" fn report(ctx: *mut c_void, filled: *const abi::Report) -> i32 {
    // SAFETY: `ctx` is what `Services::new` put there, and outlives the instance.
    let services = unsafe { &*ctx.cast::<Services>() };
    // SAFETY: the plugin follows the ABI.
    let heard = unsafe { read_report(filled) };
    let mut fit = lock(&services.fit);
    let Some(listener) = fit.as_mut() else {
        return abi::CANCEL;
    };
    let verdict = match heard.and_then(|heard| listener.hear(heard)) {
        Ok(verdict) => verdict,
        Err(breach) => {
            listener.breach.get_or_insert(breach);
            Verdict::Cancel
        }
    };
    let answer = verdict.to_abi();
    services.verdict.fetch_max(answer, Ordering::Relaxed).max(answer)
}

unsafe extern "C" fn should_stop(ctx: *mut c_void) -> i32 {
    // SAFETY: as in `report`.
    let services = unsafe { &*ctx.cast::<Services>() };
    services.verdict()
}

unsafe extern "C" fn set_error(ctx: *mut c_void, _status: i32, text: *const c_char, len: u64) {
    // SAFETY: as in `report`.
    let services = unsafe { &*ctx.cast::<Services>() };
    // SAFETY: the plugin follows the ABI.
    let text = unsafe { read_text(text, len) };
    *lock(&services.error) = Some(text);
}

unsafe extern "C" fn log(_ctx: *mut c_void, level: i32, text: *const c_char, len: u64) {
    // SAFETY: the plugin follows the ABI.
    let text = unsafe { read_text(text, len) };
    // A subscriber is not the plugin's business, so its panic must not unwind into the plugin.
    drop(catch_unwind(|| match level {
        ..=0 => tracing::error!(target: "plugin", "{text}"),
        1 => tracing::warn!(target: "plugin", "{text}"),
        2 => tracing::info!(target: "plugin", "{text}"),
        3.. => tracing::debug!(target: "plugin", "{text}"),
    }));
}

unsafe extern "C" fn get_extension(_: *mut c_void, _: *const c_char, _: u64) -> *const c_void {
    std::ptr::null()
}

unsafe fn read_report(report: *const abi::Report) -> Result<Report, String> {
    // SAFETY: passed on.
    let report =
        unsafe { abi::read::prefix(report) }.map_err(|problem| format!("reported {problem}"))?;
    if report.n_metrics == 0 {
        return Ok(Report { step: report.step, metrics: Vec::new() });
    }
    if METRICS_MAX < report.n_metrics {
        return Err(format!("reported {} metrics at once", report.n_metrics));
    }
    if report.metrics.is_null() || !report.metrics.is_aligned() {
        return Err("reported metrics that are not there".to_owned());
    }
    // SAFETY: non-null, aligned, of a sane length; the caller vouches for what it reaches.
    let metrics = unsafe { std::slice::from_raw_parts(report.metrics, report.n_metrics as usize) };
    let named = metrics.iter().map(|metric| {
        // SAFETY: each name follows the ABI.
        let name = unsafe { metric.name.bytes(METRIC_NAME_BYTES_MAX) };
        let name = name.ok_or("reported a metric with an overlong name")?;
        Ok((text::clean(name), metric.value))
    });
    Ok(Report { step: report.step, metrics: named.collect::<Result<_, &str>>()? })
}

/// The beginning of a text, cleaned.
unsafe fn read_text(ptr: *const c_char, len: u64) -> String {
    // One byte more than is shown, so that the cut shows.
    let len = len.min(TEXT_BYTES_MAX as u64 + 1);
    // SAFETY: the caller vouches for at least that many bytes.
    unsafe { abi::Str { ptr, len }.bytes(TEXT_BYTES_MAX + 1) }.map(text::clean).unwrap_or_default()
}

/// Nothing behind these locks can be left half-written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
