//! What the compiler tells an author about the usual mistakes.
//!
//! Each file of `diagnostics/` is compiled against the SDK that this test was built with. Lines
//! that begin with `//! says: ` must all stand in what the compiler says; without such a line the
//! file must compile. Nothing else of the compiler's words is held, so that a new compiler breaks
//! nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn mistakes_are_explained_in_the_words_of_the_sdk() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut cases: Vec<PathBuf> =
        folder.read_dir().expect("cases").map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    assert!(5 <= cases.len(), "found only {cases:?}");
    for case in cases {
        let text = std::fs::read_to_string(&case).expect("readable");
        let expected: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("//! says: ")).collect();
        let (compiles, said) = compile(&case, text.contains("//! with panic = \"abort\""));
        assert_eq!(compiles, expected.is_empty(), "{case:?}:\n{said}");
        // Long lines of the compiler's are broken nowhere, its notes indented anyhow.
        for words in expected {
            assert!(said.contains(words), "{case:?} should say {words:?}, but says:\n{said}");
        }
    }
}

fn compile(case: &Path, abort: bool) -> (bool, String) {
    let deps = std::env::current_exe().expect("a path").parent().expect("a folder").to_owned();
    let out = tempfile::tempdir().expect("a folder");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sdk = format!("surmise_plugin_sdk={}", newest_sdk(&deps).display());
    let compiled = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--extern", &sdk])
        .arg("-L")
        .arg(format!("dependency={}", deps.display()))
        .args(abort.then_some("-Cpanic=abort"))
        .arg("--out-dir")
        .arg(out.path())
        .arg(case)
        .env("CARGO_PKG_NAME", "case")
        .env("CARGO_PKG_VERSION", "1.0.0")
        .env("CARGO_PKG_LICENSE", "MIT")
        .output()
        .expect("running rustc");
    let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
    (compiled.status.success(), said)
}

/// The one built last is the one that this test was built with, or its equal for other features.
fn newest_sdk(deps: &Path) -> PathBuf {
    let files = deps.read_dir().expect("readable").map(|entry| entry.expect("a file").path());
    let built = files.filter(|file| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("libsurmise_plugin_sdk-") && name.ends_with(".rlib")
    });
    let age = |file: &PathBuf| file.metadata().and_then(|data| data.modified()).expect("a time");
    built.max_by_key(age).expect("the SDK was built for this test")
}
