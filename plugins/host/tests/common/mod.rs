//! Plugins for tests: built in C from a header, or by cargo beside the test program.

#![allow(dead_code, clippy::allow_attributes, reason = "no test program uses all of it")]

use std::path::{Path, PathBuf};
use std::process::Command;

use surmise_plugin_host::{Library, Model, search};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The library of a fixture in Rust, which cargo put beside this test program.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("a path");
    let exe_dir = program.parent().map(Path::to_owned);
    let path = search::SearchPath { data_home: None, exe_dir };
    search::find(name, Path::new("/no/pipeline/here"), &path).expect("built with this test")
}

/// Builds a fixture in C against today's header and runs `test` on it; not where there is no C
/// compiler.
pub(crate) fn with_plugin(source: &str, defines: &[&str], test: impl FnOnce(&Path)) {
    with_header("plugins/abi/include", source, defines, test);
}

/// The same against the header in a folder.
#[expect(clippy::print_stdout, reason = "what was not tested must show")]
pub(crate) fn with_header(header: &str, source: &str, defines: &[&str], test: impl FnOnce(&Path)) {
    if Command::new("cc").arg("--version").output().is_err() {
        println!("SKIPPED: no C compiler `cc` here, so no plugin in C was tried");
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let library = dir.path().join("libplugin.so");
    let compiled = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I"])
        .arg(format!("{REPOSITORY}/{header}"))
        .arg(format!("{REPOSITORY}/tests/fixtures/{source}"))
        .args(defines.iter().map(|define| format!("-D{define}")))
        .arg("-o")
        .arg(&library)
        .output()
        .expect("running cc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    test(&library);
}

pub(crate) fn only_model(file: &Path) -> Model {
    Library::open(file).and_then(|library| library.model(None)).expect("a plugin")
}
