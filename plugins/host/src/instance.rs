//! One instance of a plugin's model, and the calls on it.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::{Arc, MutexGuard};

use surmise_plugin_abi as abi;

use crate::dataset::View;
use crate::error::meaning;
use crate::services::Services;
use crate::state::STATE_BYTES_MAX;
use crate::{Error, FitOptions, Model, PredictKind, Report, Result, Verdict};

/// An instance that the plugin made and this destroys.
pub(crate) struct Instance {
    model: Model,
    pointer: NonNull<abi::Instance>,
    services: Arc<Services>,
    poisoned: bool,
}

// SAFETY: by the ABI an instance may be used from different threads over time, and every use goes
// through `&mut self`. The services are shared by locks and atomics; the one pointer in them that
// is bound to a thread is only there while `fit` runs.
unsafe impl Send for Instance {}

impl Instance {
    /// Makes an unfitted instance.
    pub(crate) fn create(model: &Model, params_json: &str) -> Result<Self> {
        let (ptr, len) = (params_json.as_ptr().cast(), params_json.len() as u64);
        let create = model.functions().create;
        // SAFETY: the services outlive the instance, the text lives for the call, and `out` may
        // be written.
        Self::make(model, "create", |host, out| unsafe { create(host, ptr, len, out) })
    }

    /// Makes a fitted instance from the plugin's own bytes.
    pub(crate) fn load(model: &Model, mut bytes: &[u8]) -> Result<Self> {
        let reader = abi::Reader {
            struct_size: size_of::<abi::Reader>() as u64,
            ctx: (&raw mut bytes).cast(),
            read: Some(read),
        };
        let load = model.functions().load;
        // SAFETY: as in `create`; the reader and what it reads live for the call.
        Self::make(model, "load", |host, out| unsafe { load(host, &raw const reader, out) })
    }

    fn make(
        model: &Model,
        call: &'static str,
        make: impl FnOnce(*const abi::Host, *mut *mut abi::Instance) -> i32,
    ) -> Result<Self> {
        let services = Services::new();
        let mut out = ptr::null_mut();
        let guard = exclusive(model);
        let status = make(services.host(), &raw mut out);
        drop(guard);
        check(model, &services, call, status)?;
        let pointer =
            NonNull::new(out).ok_or_else(|| model.contract(call, "success without an instance"))?;
        Ok(Self { model: model.clone(), pointer, services, poisoned: false })
    }

    /// Fits. `true` if the fit ended early.
    pub(crate) fn fit(
        &mut self,
        options: FitOptions,
        train: &View<'_>,
        validation: Option<&View<'_>>,
        report: &mut dyn FnMut(Report) -> Verdict,
    ) -> Result<bool> {
        let options = abi::FitOptions {
            struct_size: size_of::<abi::FitOptions>() as u64,
            seed: options.seed,
            n_threads: options.n_threads.max(1),
            flags: 0,
            deadline_ns: 0,
            max_steps: 0,
        };
        let (pointer, fit) = (self.pointer.as_ptr(), self.model.functions().fit);
        let validation = validation.map_or(ptr::null(), View::as_ptr);
        let services = Arc::clone(&self.services);
        let mut heard = Ok(());
        let status = self.call("fit", || {
            let (status, reports) = services.listen(report, || {
                // SAFETY: a live instance that nobody else uses; options and data live for the
                // call.
                unsafe { fit(pointer, &raw const options, train.as_ptr(), validation) }
            });
            heard = reports;
            status
        });
        // First what the host saw: it explains a status that may only be its consequence.
        heard.map_err(|breach| self.model.contract("fit", breach))?;
        let status = status?;
        match self.services.verdict() {
            // Whatever the plugin made of the answer, nobody wants this model.
            abi::CANCEL => Err(failed(&self.model, "fit", abi::E_CANCELLED, None)),
            verdict => Ok(verdict == abi::STOP || status == abi::STOPPED),
        }
    }

    /// Predicts into `out`.
    pub(crate) fn predict(
        &mut self,
        rows: &View<'_>,
        kind: PredictKind,
        out: &mut [f64],
    ) -> Result<()> {
        let kind = match kind {
            PredictKind::Value => abi::PREDICT_VALUE,
            PredictKind::Proba => abi::PREDICT_PROBA,
            PredictKind::Decision => abi::PREDICT_DECISION,
        };
        let (pointer, predict) = (self.pointer.as_ptr(), self.model.functions().predict);
        self.call("predict", || {
            // SAFETY: a live instance that nobody else uses; data and output live for the call.
            unsafe { predict(pointer, rows.as_ptr(), kind, out.as_mut_ptr(), out.len() as u64) }
        })?;
        Ok(())
    }

    /// The plugin's own bytes.
    pub(crate) fn save(&mut self) -> Result<Vec<u8>> {
        let mut bytes: Vec<u8> = Vec::new();
        let writer = abi::Writer {
            struct_size: size_of::<abi::Writer>() as u64,
            ctx: (&raw mut bytes).cast(),
            write: Some(write),
        };
        let (pointer, save) = (self.pointer.as_ptr(), self.model.functions().save);
        self.call("save", || {
            // SAFETY: a live instance that nobody else uses; the writer lives for the call.
            unsafe { save(pointer, &raw const writer) }
        })?;
        Ok(bytes)
    }

    /// Writes how much each feature mattered.
    pub(crate) fn importance(&mut self, out: &mut [f64]) -> Result<()> {
        let pointer = self.pointer.as_ptr();
        let contract = |problem: &str| {
            self.model.contract("importance", format!("`{}` {problem}", abi::IMPORTANCE_ID))
        };
        let table = self.model.extension::<abi::Importance>(abi::IMPORTANCE_ID)?;
        let table = table.ok_or_else(|| contract("is not there"))?;
        let features = table.features.ok_or_else(|| contract("has no function"))?;
        self.call("importance", || {
            // SAFETY: a live instance that nobody else uses; the output lives for the call.
            unsafe { features(pointer, out.as_mut_ptr(), out.len() as u64) }
        })?;
        Ok(())
    }

    pub(crate) fn model(&self) -> &Model {
        &self.model
    }

    /// For [`Instance::call`].
    pub(crate) fn pointer(&self) -> *mut abi::Instance {
        self.pointer.as_ptr()
    }

    /// Makes a call unless the instance is given up; turns its status into an outcome.
    pub(crate) fn call(&mut self, name: &'static str, call: impl FnOnce() -> i32) -> Result<i32> {
        if self.poisoned {
            return Err(self.model.contract(name, "not called: the model panicked before"));
        }
        let guard = exclusive(&self.model);
        let status = call();
        drop(guard);
        self.poisoned = status == abi::E_PANIC;
        check(&self.model, &self.services, name, status)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _guard = exclusive(&self.model);
        // SAFETY: made by this plugin and destroyed once; the services are dropped afterwards.
        unsafe { (self.model.functions().destroy)(self.pointer.as_ptr()) }
    }
}

/// Keeps other instances out, where the plugin does not say that they may run at once.
fn exclusive(model: &Model) -> Option<MutexGuard<'_, ()>> {
    (!model.info().parallel_instances).then(|| model.library().turn())
}

/// By the ABI every status from 0 up says that the call did its work, also one of a newer minor.
fn check(model: &Model, services: &Services, call: &'static str, status: i32) -> Result<i32> {
    let said = services.take_error().filter(|text| !text.is_empty());
    if status < 0 { Err(failed(model, call, status, said)) } else { Ok(status) }
}

pub(crate) fn failed(
    model: &Model,
    call: &'static str,
    status: i32,
    said: Option<String>,
) -> Error {
    Error::Call {
        plugin: model.library().id().to_owned(),
        model: model.info().component.name.clone(),
        call,
        status,
        message: said.unwrap_or_else(|| meaning(status)),
    }
}

unsafe extern "C" fn write(ctx: *mut c_void, data: *const c_void, len: u64) -> i32 {
    // SAFETY: `ctx` is the vector that `save` lent for the call.
    let bytes = unsafe { &mut *ctx.cast::<Vec<u8>>() };
    if STATE_BYTES_MAX.saturating_sub(bytes.len() as u64) < len {
        return abi::E_IO;
    }
    // SAFETY: the plugin follows the ABI: `len` readable bytes, which was found to be sane.
    let Some(data) = (unsafe { abi::Str { ptr: data.cast(), len }.bytes(len as usize) }) else {
        return abi::E_INVALID;
    };
    bytes.extend_from_slice(data);
    abi::OK
}

unsafe extern "C" fn read(ctx: *mut c_void, buffer: *mut c_void, len: u64) -> i64 {
    // SAFETY: `ctx` is the slice that `load` lent for the call.
    let rest = unsafe { &mut *ctx.cast::<&[u8]>() };
    let len = usize::try_from(len).unwrap_or(usize::MAX).min(rest.len());
    if len == 0 {
        return 0;
    }
    if buffer.is_null() {
        return i64::from(abi::E_INVALID);
    }
    let (head, tail) = rest.split_at(len);
    // SAFETY: the plugin follows the ABI: room for at least `len` bytes, which is its own memory.
    unsafe { ptr::copy_nonoverlapping(head.as_ptr(), buffer.cast(), len) };
    *rest = tail;
    len as i64
}
