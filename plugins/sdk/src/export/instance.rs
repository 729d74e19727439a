//! What an `abi::Instance` pointer reaches, and the ways in: made, used, destroyed.

use surmise_plugin_abi as abi;

use super::panics;
use super::services::Services;
use crate::{Error, Result};

/// An instance with what its kind of model keeps in it.
pub(super) struct Instance<C> {
    services: Services,
    poisoned: bool,
    content: C,
}

/// Makes an instance and hands it out.
///
/// # Safety
/// `host` and `out` are null or follow the ABI.
pub(super) unsafe fn make<C>(
    host: *const abi::Host,
    out: *mut *mut abi::Instance,
    work: impl FnOnce() -> Result<C>,
) -> i32 {
    // SAFETY: passed on.
    let Ok(services) = (unsafe { Services::new(host) }) else {
        return abi::E_INVALID;
    };
    if out.is_null() {
        return abi::E_INVALID;
    }
    answer(services, || {
        let instance = Box::new(Instance { services, poisoned: false, content: work()? });
        // SAFETY: non-null, and the caller vouches that it may be written.
        unsafe { out.write(Box::into_raw(instance).cast()) };
        Ok(abi::OK)
    })
}

/// Works with an instance, unless it is poisoned; a panic poisons it.
///
/// # Safety
/// `instance` is null or was made with this content, and nobody else uses it during the call.
pub(super) unsafe fn with<C>(
    instance: *mut abi::Instance,
    work: impl FnOnce(&mut C, &Services) -> Result<i32>,
) -> i32 {
    // SAFETY: made by `make` as this type; the caller vouches for exclusive use.
    let Some(instance) = (unsafe { instance.cast::<Instance<C>>().as_mut() }) else {
        return abi::E_INVALID;
    };
    if instance.poisoned {
        instance.services.set_error(&Error::new(abi::E_PANIC, "given up after a panic"));
        return abi::E_PANIC;
    }
    let status = answer(instance.services, || work(&mut instance.content, &instance.services));
    instance.poisoned = status == abi::E_PANIC;
    status
}

/// # Safety
/// `instance` is null or was made with this content, and is never used again.
pub(super) unsafe extern "C" fn destroy<C>(instance: *mut abi::Instance) {
    if instance.is_null() {
        return;
    }
    // SAFETY: made by `make` from a box, and by the ABI destroyed once.
    let instance = unsafe { Box::from_raw(instance.cast::<Instance<C>>()) };
    let services = instance.services;
    // There is no status to answer with, and nobody would use the instance again.
    answer(services, || {
        drop(instance);
        Ok(abi::OK)
    });
}

/// Turns the outcome into a status, telling the host the text of an error or panic.
fn answer(services: Services, work: impl FnOnce() -> Result<i32>) -> i32 {
    let outcome = panics::catch(work).unwrap_or_else(|text| Err(Error::new(abi::E_PANIC, text)));
    outcome.unwrap_or_else(|error| {
        services.set_error(&error);
        error.status()
    })
}
