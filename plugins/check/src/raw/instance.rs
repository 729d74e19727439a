//! A model's functions and an instance of it.

use std::ffi::c_void;
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use surmise_plugin_abi as abi;
use surmise_plugin_host::Functions;

use super::data::View;
use super::host::{Answer, Heard, Services};
use super::stream::{Sink, Source, reader, writer};
use crate::doing;

/// What surrounds an output: a plugin that writes beyond it is found out.
const MARK: f64 = -1.234_567_890_123e-200;
const MARKS: usize = 1024;

/// The functions of a model.
#[derive(Clone)]
pub(crate) struct Model(pub(crate) Functions);

/// A call that did not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) call: &'static str,
    pub(crate) status: i32,
    /// The plugin's own text, or nothing.
    pub(crate) message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, status, message } = self;
        let name = status_name(*status);
        match message.is_empty() {
            true => write!(f, "{call} answers {name} without a text"),
            false => write!(f, "{call} answers {name}: {message}"),
        }
    }
}

/// As the header calls a negative status.
pub(crate) fn status_name(status: i32) -> String {
    let name = match status {
        abi::E_INVALID => "E_INVALID",
        abi::E_UNSUPPORTED => "E_UNSUPPORTED",
        abi::E_NOT_FITTED => "E_NOT_FITTED",
        abi::E_NUMERIC => "E_NUMERIC",
        abi::E_NOMEM => "E_NOMEM",
        abi::E_IO => "E_IO",
        abi::E_BAD_STATE => "E_BAD_STATE",
        abi::E_CANCELLED => "E_CANCELLED",
        abi::E_PANIC => "E_PANIC",
        abi::E_INTERNAL => "E_INTERNAL",
        _ => return format!("the status {status}"),
    };
    name.to_owned()
}

impl Model {
    /// Makes an instance from bytes that should be hyperparameters.
    pub(crate) fn create(&self, params: &[u8]) -> Result<Instance, Refusal> {
        let create = self.0.create;
        self.make("create", |host, out| {
            // SAFETY: the services outlive the instance, the bytes live for the call, and `out`
            // may be written.
            unsafe { create(host, params.as_ptr().cast(), params.len() as u64, out) }
        })
    }

    /// Makes an instance from a state.
    pub(crate) fn load(&self, mut source: Source<'_>) -> Result<Instance, Refusal> {
        let (load, reader) = (self.0.load, reader(&mut source));
        // SAFETY: as in `create`; the reader and what it reads live for the call.
        self.make("load", |host, out| unsafe { load(host, &raw const reader, out) })
    }

    /// What no instance needs.
    pub(crate) fn destroy_nothing(&self) {
        doing::call("destroy");
        // SAFETY: by the ABI null is fine.
        unsafe { (self.0.destroy)(ptr::null_mut()) }
    }

    /// Whether it answers this id with a table.
    pub(crate) fn has_extension(&self, id: &[u8]) -> bool {
        !self.extension(id).is_null()
    }

    fn extension(&self, id: &[u8]) -> *const c_void {
        doing::call("get_extension");
        // SAFETY: the id lives for the call; by the ABI any thread may ask at any time.
        self.0
            .get_extension
            .map_or(ptr::null(), |get| unsafe { get(id.as_ptr().cast(), id.len() as u64) })
    }

    fn make(
        &self,
        call: &'static str,
        make: impl FnOnce(*const abi::Host, *mut *mut abi::Instance) -> i32,
    ) -> Result<Instance, Refusal> {
        let services = Services::new();
        let mut out = ptr::null_mut();
        doing::call(call);
        let status = make(services.host(), &raw mut out);
        accept(call, status, &services)?;
        let message = "success, but no instance".to_owned();
        let pointer =
            NonNull::new(out).ok_or(Refusal { call, status: abi::E_INTERNAL, message })?;
        Ok(Instance { model: self.clone(), pointer, services })
    }
}

/// A status from 0 up, or the refusal that it is.
fn accept(call: &'static str, status: i32, services: &Services) -> Result<i32, Refusal> {
    let message = services.take_error();
    if status < 0 { Err(Refusal { call, status, message }) } else { Ok(status) }
}

/// What a fit is given besides data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    pub(crate) seed: u64,
    pub(crate) n_threads: u32,
    /// In nanoseconds of the system's monotonic clock; 0 for none.
    pub(crate) deadline_ns: u64,
}

/// An instance that the plugin made and this destroys.
pub(crate) struct Instance {
    model: Model,
    pointer: NonNull<abi::Instance>,
    services: Arc<Services>,
}

// SAFETY: by the ABI an instance may be used from different threads over time, and every use goes
// through `&mut self`. The services are shared by locks and atomics.
unsafe impl Send for Instance {}

impl Instance {
    /// Fits it. What the fit reported comes with either outcome.
    pub(crate) fn fit(
        &mut self,
        given: Given,
        train: &View,
        answer: Answer,
    ) -> (Result<i32, Refusal>, Heard) {
        let options = abi::FitOptions {
            struct_size: size_of::<abi::FitOptions>() as u64,
            seed: given.seed,
            n_threads: given.n_threads,
            flags: 0,
            deadline_ns: given.deadline_ns,
            max_steps: 0,
        };
        let (fit, pointer) = (self.model.0.fit, self.pointer.as_ptr());
        self.services.begin(answer);
        doing::call("fit");
        // SAFETY: a live instance that nobody else uses; options and data live for the call.
        let status = unsafe { fit(pointer, &raw const options, train.as_ptr(), ptr::null()) };
        (accept("fit", status, &self.services), self.services.end())
    }

    /// Predicts `n_values` values; what was not written is NaN.
    pub(crate) fn predict(
        &mut self,
        rows: &View,
        kind: u32,
        n_values: usize,
    ) -> Result<Vec<f64>, Refusal> {
        let (predict, pointer) = (self.model.0.predict, self.pointer.as_ptr());
        self.write("predict", n_values, |out, len| {
            // SAFETY: a live instance that nobody else uses; data and output live for the call.
            unsafe { predict(pointer, rows.as_ptr(), kind, out, len) }
        })
    }

    /// Asks how much each feature mattered; nothing if it does not have that extension.
    pub(crate) fn importance(&mut self, n: usize) -> Option<Result<Vec<f64>, Refusal>> {
        let table = self.model.extension(abi::IMPORTANCE_ID.as_bytes());
        // SAFETY: what is answered to this id is, by the ABI, this table in static storage.
        let table = unsafe { abi::read::prefix(table.cast::<abi::Importance>()) }.ok()?;
        let (features, pointer) = (table.features?, self.pointer.as_ptr());
        Some(self.write("importance", n, |out, len| {
            // SAFETY: a live instance that nobody else uses; the output lives for the call.
            unsafe { features(pointer, out, len) }
        }))
    }

    /// Writes its state.
    pub(crate) fn save(&mut self, sink: &mut Sink) -> Result<(), Refusal> {
        let (save, writer) = (self.model.0.save, writer(sink));
        doing::call("save");
        // SAFETY: a live instance that nobody else uses; the writer lives for the call.
        let status = unsafe { save(self.pointer.as_ptr(), &raw const writer) };
        accept("save", status, &self.services).map(drop)
    }

    fn write(
        &mut self,
        call: &'static str,
        n_values: usize,
        write: impl FnOnce(*mut f64, u64) -> i32,
    ) -> Result<Vec<f64>, Refusal> {
        let mut out = vec![MARK; MARKS];
        out.resize(MARKS + n_values, f64::NAN);
        out.resize(MARKS + n_values + MARKS, MARK);
        doing::call(call);
        let status = write(out[MARKS..].as_mut_ptr(), n_values as u64);
        let outside = out[..MARKS].iter().chain(&out[MARKS + n_values..]);
        if outside.copied().any(|value| value.to_bits() != MARK.to_bits()) {
            let message = "it wrote outside of the output that it was given".to_owned();
            return Err(Refusal { call, status: abi::E_INTERNAL, message });
        }
        accept(call, status, &self.services)?;
        Ok(out[MARKS..MARKS + n_values].to_vec())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        doing::call("destroy");
        // SAFETY: made by this plugin and destroyed once; the services are dropped afterwards.
        unsafe { (self.model.0.destroy)(self.pointer.as_ptr()) }
    }
}
