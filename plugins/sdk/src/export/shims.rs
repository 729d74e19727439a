//! The functions behind a model's table.

use std::ffi::c_char;

use surmise_plugin_abi as abi;

use super::services::Services;
use super::{borrow, panics, stream};
use crate::fitted::{Fitted, Output};
use crate::{Error, FitCtx, Model, Result, Verdict, params};

/// The table of a model.
pub(super) fn table<M: Model>() -> abi::Model {
    abi::Model {
        struct_size: size_of::<abi::Model>() as u64,
        id: abi::Str::new(M::INFO.id),
        create: Some(create::<M>),
        fit: Some(fit::<M>),
        predict: Some(predict::<M>),
        save: Some(save::<M>),
        load: Some(load::<M>),
        destroy: Some(destroy::<M>),
        get_extension: None,
    }
}

/// What an `abi::Instance` pointer of this model reaches.
struct Instance<M: Model> {
    services: Services,
    /// `None` for one that was loaded.
    params: Option<M::Params>,
    fitted: Option<Fitted<M>>,
    poisoned: bool,
}

unsafe extern "C" fn create<M: Model>(
    host: *const abi::Host,
    json: *const c_char,
    len: u64,
    out: *mut *mut abi::Instance,
) -> i32 {
    // SAFETY: the host follows the ABI: its services outlive the instance, the text has `len`
    // bytes, and `out` is where the instance goes.
    unsafe {
        make::<M>(host, out, |services| {
            let json = abi::Str { ptr: json, len }.bytes(usize::MAX >> 1);
            let json = json.ok_or_else(|| Error::invalid("hyperparameters are missing"))?;
            let params = Some(params::parse::<M::Params>(json)?);
            Ok(Instance { services, params, fitted: None, poisoned: false })
        })
    }
}

unsafe extern "C" fn load<M: Model>(
    host: *const abi::Host,
    reader: *const abi::Reader,
    out: *mut *mut abi::Instance,
) -> i32 {
    // SAFETY: the host follows the ABI, as in `create`; the reader lives for the call.
    unsafe {
        make::<M>(host, out, |services| {
            let fitted = Some(Fitted::load(&stream::read_to_end(reader)?)?);
            Ok(Instance { services, params: None, fitted, poisoned: false })
        })
    }
}

unsafe extern "C" fn fit<M: Model>(
    instance: *mut abi::Instance,
    options: *const abi::FitOptions,
    train: *const abi::Dataset,
    _valid: *const abi::Dataset,
) -> i32 {
    // SAFETY: the host follows the ABI: an instance of this model, used by this thread only;
    // options and data live for the call.
    unsafe {
        with::<M>(instance, |instance| {
            let options = abi::read::prefix(options)
                .map_err(|problem| Error::invalid(format!("the options are {problem}")))?;
            let train = borrow::train(train)?;
            let params = instance.params.as_ref().ok_or_else(|| {
                Error::unsupported("a loaded model has no hyperparameters to fit with")
            })?;
            instance.fitted = None;
            let mut ctx = FitCtx::new(options.seed, options.n_threads as usize, &instance.services);
            instance.fitted = Some(Fitted::fit(params, &train, &mut ctx)?);
            Ok(if ctx.verdict() == Verdict::Stop { abi::STOPPED } else { abi::OK })
        })
    }
}

unsafe extern "C" fn predict<M: Model>(
    instance: *mut abi::Instance,
    data: *const abi::Dataset,
    kind: u32,
    out: *mut f64,
    len: u64,
) -> i32 {
    // SAFETY: as in `fit`; `out` has room for `len` values and overlaps nothing.
    unsafe {
        with::<M>(instance, |instance| {
            let output = match kind {
                abi::PREDICT_VALUE => Output::Value,
                abi::PREDICT_PROBA => Output::Proba,
                abi::PREDICT_DECISION => Output::Decision,
                _ => return Err(Error::unsupported(format!("prediction of kind {kind}"))),
            };
            let rows = borrow::rows(data)?;
            let fitted = instance.fitted()?;
            if fitted.n_values(rows.n_rows(), output)? as u64 != len {
                return Err(Error::invalid(format!("the output has room for {len} values")));
            }
            let out = match len {
                0 => &mut [],
                _ if out.is_null() || !out.is_aligned() => {
                    return Err(Error::invalid("the output is missing or misaligned"));
                }
                _ => std::slice::from_raw_parts_mut(out, len as usize),
            };
            fitted.predict(rows, output, out)?;
            Ok(abi::OK)
        })
    }
}

unsafe extern "C" fn save<M: Model>(
    instance: *mut abi::Instance,
    writer: *const abi::Writer,
) -> i32 {
    // SAFETY: as in `fit`; the writer lives for the call.
    unsafe {
        with::<M>(instance, |instance| {
            stream::write(writer, &instance.fitted()?.save()?)?;
            Ok(abi::OK)
        })
    }
}

unsafe extern "C" fn destroy<M: Model>(instance: *mut abi::Instance) {
    if instance.is_null() {
        return;
    }
    // SAFETY: made by `make` from a box, and by the ABI destroyed once.
    let instance = unsafe { Box::from_raw(instance.cast::<Instance<M>>()) };
    let services = instance.services;
    // There is no status to answer with, and nobody would use the instance again.
    answer(services, || {
        drop(instance);
        Ok(abi::OK)
    });
}

impl<M: Model> Instance<M> {
    fn fitted(&self) -> Result<&Fitted<M>> {
        self.fitted.as_ref().ok_or_else(|| Error::new(abi::E_NOT_FITTED, "not fitted yet"))
    }
}

/// Makes an instance and hands it out.
///
/// # Safety
/// `host` and `out` are null or follow the ABI.
unsafe fn make<M: Model>(
    host: *const abi::Host,
    out: *mut *mut abi::Instance,
    work: impl FnOnce(Services) -> Result<Instance<M>>,
) -> i32 {
    // SAFETY: passed on.
    let Ok(services) = (unsafe { Services::new(host) }) else {
        return abi::E_INVALID;
    };
    if out.is_null() {
        return abi::E_INVALID;
    }
    answer(services, || {
        let instance = Box::new(work(services)?);
        // SAFETY: non-null, and the caller vouches that it may be written.
        unsafe { out.write(Box::into_raw(instance).cast()) };
        Ok(abi::OK)
    })
}

/// Works with an instance, unless it is poisoned; a panic poisons it.
///
/// # Safety
/// `instance` is null or an instance of this model that nobody else uses during the call.
unsafe fn with<M: Model>(
    instance: *mut abi::Instance,
    work: impl FnOnce(&mut Instance<M>) -> Result<i32>,
) -> i32 {
    // SAFETY: made by `make` as this type; the caller vouches for exclusive use.
    let Some(instance) = (unsafe { instance.cast::<Instance<M>>().as_mut() }) else {
        return abi::E_INVALID;
    };
    if instance.poisoned {
        instance.services.set_error(&Error::new(abi::E_PANIC, "given up after a panic"));
        return abi::E_PANIC;
    }
    let status = answer(instance.services, || work(&mut *instance));
    instance.poisoned = status == abi::E_PANIC;
    status
}

/// Turns the outcome into a status, telling the host the text of an error or panic.
fn answer(services: Services, work: impl FnOnce() -> Result<i32>) -> i32 {
    let outcome = panics::catch(work).unwrap_or_else(|text| Err(Error::new(abi::E_PANIC, text)));
    outcome.unwrap_or_else(|error| {
        services.set_error(&error);
        error.status()
    })
}
