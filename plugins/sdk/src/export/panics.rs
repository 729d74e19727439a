//! Panics end here.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`; a panic becomes a text that says what and where.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let outer = CATCHING.replace(true);
    let caught = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(outer);
    caught.map_err(|payload| {
        let what = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
            (Some(text), _) => (*text).to_owned(),
            (None, Some(text)) => text.clone(),
            (None, None) => "a value that is not text".to_owned(),
        };
        // Dropping it runs the author's code, which may panic again.
        std::mem::forget(payload);
        match PLACE.take() {
            Some(place) => format!("panicked at {place}: {what}"),
            None => format!("panicked: {what}"),
        }
    })
}

/// Notes where a panic happened instead of printing it: a plugin has no terminal. Concerns only
/// this plugin's own copy of the standard library.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if CATCHING.get() {
                PLACE.set(info.location().map(ToString::to_string));
            } else {
                before(info);
            }
        }));
    });
}
