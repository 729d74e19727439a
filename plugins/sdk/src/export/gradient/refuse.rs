//! What a model that the host trains answers to the calls that are for others.

use surmise_plugin_abi as abi;

use super::super::instance;
use super::Content;
use crate::{Error, GradientModel};

/// The answer to every call that only a model that fits itself can answer.
unsafe fn refuse<M: GradientModel>(instance: *mut abi::Instance) -> i32 {
    // SAFETY: an instance of this model, used by this thread only.
    unsafe {
        instance::with::<Content<M>>(instance, |_, _| {
            Err(Error::unsupported(format!(
                "{} does not fit itself: the host trains it through {}",
                M::INFO.id,
                abi::GRADIENT_ID
            )))
        })
    }
}

pub(super) unsafe extern "C" fn fit<M: GradientModel>(
    instance: *mut abi::Instance,
    _: *const abi::FitOptions,
    _: *const abi::Dataset,
    _: *const abi::Dataset,
) -> i32 {
    // SAFETY: the host follows the ABI.
    unsafe { refuse::<M>(instance) }
}

pub(super) unsafe extern "C" fn predict<M: GradientModel>(
    instance: *mut abi::Instance,
    _: *const abi::Dataset,
    _: u32,
    _: *mut f64,
    _: u64,
) -> i32 {
    // SAFETY: the host follows the ABI.
    unsafe { refuse::<M>(instance) }
}

pub(super) unsafe extern "C" fn save<M: GradientModel>(
    instance: *mut abi::Instance,
    _: *const abi::Writer,
) -> i32 {
    // SAFETY: the host follows the ABI.
    unsafe { refuse::<M>(instance) }
}

pub(super) unsafe extern "C" fn load(
    _: *const abi::Host,
    _: *const abi::Reader,
    _: *mut *mut abi::Instance,
) -> i32 {
    abi::E_UNSUPPORTED
}
