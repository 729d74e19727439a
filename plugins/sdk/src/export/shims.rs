//! The functions behind the table of a model that fits itself.

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;
use std::ptr;

use surmise_plugin_abi as abi;

use super::{borrow, instance, stream};
use crate::fitted::{Fitted, Output};
use crate::layout::Features;
use crate::{Cap, Error, FitCtx, LayoutModel, Result, Verdict, params};

/// The table of a model.
pub(super) fn table<M: LayoutModel>() -> abi::Model {
    abi::Model {
        struct_size: size_of::<abi::Model>() as u64,
        id: abi::Str::new(M::INFO.id),
        create: Some(create::<M>),
        fit: Some(fit::<M>),
        predict: Some(predict::<M>),
        save: Some(save::<M>),
        load: Some(load::<M>),
        destroy: Some(instance::destroy::<Content<M>>),
        get_extension: Some(get_extension::<M>),
    }
}

/// What an instance of a model that fits itself keeps.
struct Content<M: LayoutModel> {
    /// `None` for one that was loaded.
    params: Option<M::Params>,
    fitted: Option<Fitted<M>>,
}

unsafe extern "C" fn create<M: LayoutModel>(
    host: *const abi::Host,
    json: *const c_char,
    len: u64,
    out: *mut *mut abi::Instance,
) -> i32 {
    // SAFETY: the host follows the ABI: its services outlive the instance, the text has `len`
    // bytes, and `out` is where the instance goes.
    unsafe {
        instance::make(host, out, || {
            let params = Some(params::parse::<M::Params>(borrow::json(json, len)?)?);
            Ok(Content::<M> { params, fitted: None })
        })
    }
}

unsafe extern "C" fn load<M: LayoutModel>(
    host: *const abi::Host,
    reader: *const abi::Reader,
    out: *mut *mut abi::Instance,
) -> i32 {
    // SAFETY: the host follows the ABI, as in `create`; the reader lives for the call.
    unsafe {
        instance::make(host, out, || {
            let fitted = Some(Fitted::load(&stream::read_to_end(reader)?)?);
            Ok(Content::<M> { params: None, fitted })
        })
    }
}

unsafe extern "C" fn fit<M: LayoutModel>(
    instance: *mut abi::Instance,
    options: *const abi::FitOptions,
    train: *const abi::Dataset,
    valid: *const abi::Dataset,
) -> i32 {
    // SAFETY: the host follows the ABI: an instance of this model, used by this thread only;
    // options and data live for the call.
    unsafe {
        instance::with::<Content<M>>(instance, |content, services| {
            let options = abi::read::prefix(options)
                .map_err(|problem| Error::invalid(format!("the options are {problem}")))?;
            let mut train = borrow::train::<M::Features<'_>>(train)?;
            if !valid.is_null() {
                train.validation = Some(Box::new(borrow::train(valid)?));
            }
            let params = content.params.as_ref().ok_or_else(|| {
                Error::unsupported("a loaded model has no hyperparameters to fit with")
            })?;
            content.fitted = None;
            let mut ctx = FitCtx::new(options.seed, options.n_threads as usize, services);
            content.fitted = Some(Fitted::fit(params, &train, &mut ctx)?);
            Ok(if ctx.verdict() == Verdict::Stop { abi::STOPPED } else { abi::OK })
        })
    }
}

unsafe extern "C" fn predict<M: LayoutModel>(
    instance: *mut abi::Instance,
    data: *const abi::Dataset,
    kind: u32,
    out: *mut f64,
    len: u64,
) -> i32 {
    // SAFETY: as in `fit`; `out` has room for `len` values and overlaps nothing.
    unsafe {
        instance::with::<Content<M>>(instance, |content, _| {
            let output = match kind {
                abi::PREDICT_VALUE => Output::Value,
                abi::PREDICT_PROBA => Output::Proba,
                abi::PREDICT_DECISION => Output::Decision,
                _ => return Err(Error::unsupported(format!("prediction of kind {kind}"))),
            };
            let rows = borrow::features::<M::Features<'_>>(data)?;
            let fitted = content.fitted()?;
            if fitted.n_values(rows.n_rows(), output)? as u64 != len {
                return Err(Error::invalid(format!("the output has room for {len} values")));
            }
            fitted.predict(rows, output, borrow::list_mut(out, len as usize)?)?;
            Ok(abi::OK)
        })
    }
}

unsafe extern "C" fn save<M: LayoutModel>(
    instance: *mut abi::Instance,
    writer: *const abi::Writer,
) -> i32 {
    // SAFETY: as in `fit`; the writer lives for the call.
    unsafe {
        instance::with::<Content<M>>(instance, |content, _| {
            stream::write(writer, &content.fitted()?.save()?)?;
            Ok(abi::OK)
        })
    }
}

unsafe extern "C" fn importance<M: LayoutModel>(
    instance: *mut abi::Instance,
    out: *mut f64,
    len: u64,
) -> i32 {
    // SAFETY: as in `predict`.
    unsafe {
        instance::with::<Content<M>>(instance, |content, _| {
            let fitted = content.fitted()?;
            if fitted.n_features() as u64 != len {
                return Err(Error::invalid(format!("the output has room for {len} features")));
            }
            fitted.importance(borrow::list_mut(out, fitted.n_features())?)?;
            Ok(abi::OK)
        })
    }
}

/// The extensions of a model that fits itself.
struct Extensions<M>(PhantomData<M>);

impl<M: LayoutModel> Extensions<M> {
    const IMPORTANCE: &'static abi::Importance = &abi::Importance {
        struct_size: size_of::<abi::Importance>() as u64,
        features: Some(importance::<M>),
    };
}

unsafe extern "C" fn get_extension<M: LayoutModel>(id: *const c_char, len: u64) -> *const c_void {
    // SAFETY: the host follows the ABI: the id has `len` bytes.
    match unsafe { abi::Str { ptr: id, len }.bytes(borrow::ID_BYTES_MAX) } {
        Some(id) if id == abi::IMPORTANCE_ID.as_bytes() && M::INFO.can(Cap::Importance) => {
            ptr::from_ref(Extensions::<M>::IMPORTANCE).cast()
        }
        _ => ptr::null(),
    }
}

impl<M: LayoutModel> Content<M> {
    fn fitted(&self) -> Result<&Fitted<M>> {
        self.fitted.as_ref().ok_or_else(|| Error::new(abi::E_NOT_FITTED, "not fitted yet"))
    }
}
