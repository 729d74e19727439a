//! What a plugin may not ask of the loader, found before the loader is asked.
//!
//! The loader runs the initialisers of whatever it loads, and what it loads beside the plugin was
//! neither hashed nor accepted.

use surmise_plugin_abi as abi;

use super::Elf;

/// What systems and the run-times of compilers bring along, by the name before its version.
const EVERYWHERE: &[&str] = &[
    "libc.so",
    "libm.so",
    "libmvec.so",
    "libpthread.so",
    "libdl.so",
    "librt.so",
    "libutil.so",
    "libgcc_s.so",
    "libatomic.so",
    "libstdc++.so",
    "libc++.so",
    "libc++abi.so",
    "libunwind.so",
    "libgomp.so",
    "libomp.so",
    "libgfortran.so",
    "libquadmath.so",
];

/// The loader itself, whose name has that of the machine in it.
const LOADERS: &[&str] = &["ld-linux", "ld64.so", "ld-musl-", "libc.musl-", "linux-vdso.so"];

/// Folders that only the system's owner fills.
const SYSTEM_FOLDERS: &[&str] = &["/lib", "/lib64", "/usr", "/nix/store", "/gnu/store"];

/// Whether every system has that library, or a compiler's run-time brings it along.
#[must_use]
pub fn is_everywhere(library: &str) -> bool {
    let is_version = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_known = |known: &&str| library.strip_prefix(*known).is_some_and(is_version);
    let is_loader = |known: &&str| library.starts_with(*known);
    !library.contains('/') && (EVERYWHERE.iter().any(is_known) || LOADERS.iter().any(is_loader))
}

/// Why a file with these headers is not loaded, with what mends it.
pub(super) fn refusals(elf: &Elf) -> Vec<String> {
    let mut refusals = Vec::new();
    let is_foreign = |folder: &&String| !is_of_system(folder);
    let foreign: Vec<&str> = elf.run_path.iter().filter(is_foreign).map(String::as_str).collect();
    if !foreign.is_empty() {
        refusals.push(format!(
            "it has libraries searched in {}, where anybody might put one: link without -rpath",
            quoted(&foreign)
        ));
    }
    if !elf.auditors.is_empty() {
        refusals.push(format!(
            "it has {} loaded to audit or replace others: link without --audit, --auxiliary and \
             --filter",
            elf.auditors.join(", ")
        ));
    }
    if elf.executable_stack {
        refusals.push("it asks for an executable stack: link with -Wl,-z,noexecstack".to_owned());
    }
    if elf.text_relocations {
        refusals.push("its code is changed when it is loaded: compile with -fPIC".to_owned());
    }
    if elf.entry_is_data {
        refusals.push(format!("its {} is data and no function", abi::ENTRY_NAME));
    } else if elf.lacks_entry() {
        refusals.push("not a Surmise plugin: it does not export one".to_owned());
    }
    refusals
}

impl Elf {
    /// The libraries that it needs and not every system has.
    #[must_use]
    pub fn strangers(&self) -> Vec<&str> {
        self.needed.iter().map(String::as_str).filter(|name| !is_everywhere(name)).collect()
    }

    /// Whether its symbols are told and the entry is not among them.
    fn lacks_entry(&self) -> bool {
        !self.exports_cut
            && !self.exports.is_empty()
            && !self.exports.iter().any(|name| name == abi::ENTRY_NAME)
    }
}

fn is_of_system(folder: &str) -> bool {
    let is_below = |system: &&str| {
        folder.strip_prefix(*system).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    SYSTEM_FOLDERS.iter().any(is_below)
        && !folder.contains(['$', '%'])
        && folder.split('/').all(|part| part != "..")
}

/// An empty name is the current folder: it must show.
fn quoted(folders: &[&str]) -> String {
    folders.iter().map(|folder| format!("`{folder}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_of_systems_and_compilers_are_known_by_name_and_no_path_is() {
        for known in ["libc.so.6", "libstdc++.so.6", "ld-linux-x86-64.so.2", "libgomp.so.1"] {
            assert!(is_everywhere(known), "{known}");
        }
        for other in ["libcc.so.1", "libc.so.6/../x", "./libc.so.6", "libopenblas.so.0", ""] {
            assert!(!is_everywhere(other), "{other}");
        }
    }

    #[test]
    fn a_folder_of_the_system_may_be_searched_and_no_other() {
        for system in ["/usr/lib/x86_64-linux-gnu", "/lib", "/nix/store/abc-glibc/lib"] {
            assert!(is_of_system(system), "{system}");
        }
        for other in ["", ".", "$ORIGIN", "/usr/../tmp", "/usr/$LIB", "/tmp", "/usrlocal", "/opt/x"]
        {
            assert!(!is_of_system(other), "{other}");
        }
    }
}
