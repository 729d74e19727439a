//! The services that an instance is made with: they record what it does, and answer as told.

use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, ThreadId};

use surmise_plugin_abi as abi;

const TEXT_BYTES_MAX: usize = 8 * 1024;
const METRICS_MAX: u64 = 64;

/// What a fit is answered when it reports or asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The verdict, such as [`abi::STOP`].
    pub(crate) verdict: i32,
    /// How many reports and questions are answered with [`abi::CONTINUE`] before it.
    pub(crate) after: u64,
}

impl Answer {
    /// To go on, always.
    pub(crate) const CONTINUE: Self = Self { verdict: abi::CONTINUE, after: 0 };
}

/// What a fit did besides fitting.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    /// The steps that it reported.
    pub(crate) steps: Vec<u64>,
    /// How often it asked whether to stop.
    pub(crate) questions: u64,
    /// Whether the verdict was given.
    pub(crate) answered: bool,
    /// How its reports broke the rules.
    pub(crate) breaches: Vec<String>,
}

pub(super) struct Services {
    host: abi::Host,
    error: Mutex<String>,
    verdict: AtomicI32,
    /// How many more are answered with "continue".
    left: AtomicU64,
    fit: Mutex<Option<(ThreadId, Heard)>>,
}

impl Services {
    pub(super) fn new() -> Arc<Self> {
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
            left: AtomicU64::new(0),
            fit: Mutex::default(),
        })
    }

    /// Valid as long as `self`.
    pub(super) fn host(&self) -> *const abi::Host {
        &raw const self.host
    }

    /// The text of the last error, which is then forgotten.
    pub(super) fn take_error(&self) -> String {
        std::mem::take(&mut lock(&self.error))
    }

    /// A fit begins on this thread.
    pub(super) fn begin(&self, answer: Answer) {
        self.verdict.store(answer.verdict, Ordering::Relaxed);
        self.left.store(answer.after, Ordering::Relaxed);
        *lock(&self.fit) = Some((thread::current().id(), Heard::default()));
    }

    /// The fit has ended.
    pub(super) fn end(&self) -> Heard {
        self.verdict.store(abi::CONTINUE, Ordering::Relaxed);
        lock(&self.fit).take().map(|(_, heard)| heard).unwrap_or_default()
    }

    fn answer(&self, note: impl FnOnce(ThreadId, &mut Heard)) -> i32 {
        let mut fit = lock(&self.fit);
        let Some((thread, heard)) = fit.as_mut() else {
            return abi::CONTINUE;
        };
        note(*thread, heard);
        let one_less = |left: u64| left.checked_sub(1);
        let waits = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok();
        let verdict = if waits { abi::CONTINUE } else { self.verdict.load(Ordering::Relaxed) };
        heard.answered |= verdict != abi::CONTINUE;
        verdict
    }
}

unsafe extern "C" fn report(ctx: *mut c_void, filled: *const abi::Report) -> i32 {
    // SAFETY: `ctx` is what `Services::new` put there, and outlives the instance.
    let services = unsafe { &*ctx.cast::<Services>() };
    // SAFETY: the plugin follows the ABI.
    let read = unsafe { read_report(filled) };
    services.answer(|thread, heard| {
        if thread != thread::current().id() {
            heard.breaches.push("reports from another thread than the one that runs fit".into());
        }
        match read {
            Ok(step) => {
                if let Some(last) = heard.steps.last().filter(|last| step <= **last) {
                    heard.breaches.push(format!("reports step {step} after step {last}"));
                }
                heard.steps.push(step);
            }
            Err(breach) => heard.breaches.push(breach),
        }
    })
}

unsafe fn read_report(report: *const abi::Report) -> Result<u64, String> {
    // SAFETY: passed on.
    let report =
        unsafe { abi::read::prefix(report) }.map_err(|problem| format!("reports {problem}"))?;
    if METRICS_MAX < report.n_metrics {
        return Err(format!("reports {} metrics at once", report.n_metrics));
    }
    if report.n_metrics != 0 && (report.metrics.is_null() || !report.metrics.is_aligned()) {
        return Err("reports metrics that are not there".to_owned());
    }
    Ok(report.step)
}

unsafe extern "C" fn should_stop(ctx: *mut c_void) -> i32 {
    // SAFETY: as in `report`.
    let services = unsafe { &*ctx.cast::<Services>() };
    services.answer(|_, heard| heard.questions += 1)
}

unsafe extern "C" fn set_error(ctx: *mut c_void, _status: i32, text: *const c_char, len: u64) {
    // SAFETY: as in `report`.
    let services = unsafe { &*ctx.cast::<Services>() };
    // SAFETY: the plugin follows the ABI.
    *lock(&services.error) = unsafe { read_text(text, len) };
}

unsafe extern "C" fn log(_: *mut c_void, _level: i32, text: *const c_char, len: u64) {
    // SAFETY: the plugin follows the ABI; reading the text is part of what is tried.
    drop(unsafe { read_text(text, len) });
}

unsafe extern "C" fn get_extension(_: *mut c_void, _: *const c_char, _: u64) -> *const c_void {
    std::ptr::null()
}

unsafe fn read_text(ptr: *const c_char, len: u64) -> String {
    let len = len.min(TEXT_BYTES_MAX as u64);
    // SAFETY: the caller vouches for at least that many bytes.
    let bytes = unsafe { abi::Str { ptr, len }.bytes(TEXT_BYTES_MAX) };
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
}

/// Nothing behind these locks can be left half-written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
