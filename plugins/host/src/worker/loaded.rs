//! Which libraries a plugin brings along.
//!
//! They are known by their names only, and the plugin's code has run when they are counted. So this
//! protects from surprises, not from an attack, which the sandbox is for: code that was never
//! hashed decides a result only where somebody has said that it may.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_int, c_void};

use crate::facts;

/// The names by which the loader has its libraries at this moment: mostly paths.
pub(crate) fn libraries() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // SAFETY: `note` is called with this very set before the call returns, and with nothing else.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut found).cast()) };
    found
}

unsafe extern "C" fn note(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    found: *mut c_void,
) -> c_int {
    // SAFETY: the set of `libraries`, which waits for this.
    let found = unsafe { &mut *found.cast::<BTreeSet<String>>() };
    // SAFETY: the loader's own record, which it keeps while it calls.
    let name = unsafe { (*info).dlpi_name };
    if !name.is_null() {
        // SAFETY: the loader's own text.
        found.insert(unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned());
    }
    0
}

/// Libraries that were not there before, by the names of their files; without the plugin itself.
pub(crate) fn since(before: &BTreeSet<String>) -> Vec<String> {
    let now = libraries();
    let new = now.difference(before).filter(|name| !name.starts_with("/proc/self/fd/"));
    new.filter_map(|name| Some(name.rsplit('/').next()?.to_owned())).collect()
}

/// Refuses libraries that not every system has and nobody has allowed. `verb` is what the plugin
/// does with them.
pub(crate) fn check(libraries: &[String], allowed: &[String], verb: &str) -> Result<(), String> {
    let is_fine = |name: &&String| facts::is_everywhere(name) || allowed.contains(name);
    let others: Vec<&str> =
        libraries.iter().filter(|name| !is_fine(name)).map(String::as_str).collect();
    if others.is_empty() {
        return Ok(());
    }
    let all: Vec<&str> = allowed.iter().map(String::as_str).chain(others.iter().copied()).collect();
    Err(format!(
        "it {verb} {}, which not every system has and no hash covers: link it into the plugin, or \
         allow it with `isolation: {{ libraries: [{}] }}`",
        others.join(", "),
        all.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_of_this_program_are_known() {
        let names = libraries();
        assert!(names.iter().any(|name| name.contains("libc.so")), "{names:?}");
        assert_eq!(since(&names), [] as [&str; 0]);
    }

    #[test]
    fn what_is_not_everywhere_must_be_allowed() {
        let libraries = ["libm.so.6", "libx.so.1", "liby.so"].map(String::from);
        let allow = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        check(&libraries, &allow(&["liby.so", "libx.so.1"]), "needs").expect("allowed");
        let refused = check(&libraries, &allow(&["liby.so"]), "needs").expect_err("refused");
        assert!(refused.starts_with("it needs libx.so.1, which not every system has"), "{refused}");
        assert!(refused.ends_with("`isolation: { libraries: [liby.so, libx.so.1] }`"), "{refused}");
    }
}
