//! Plugins are loaded, never linked.
//!
//! Every plugin exports an entry of the same name. Where a program names two of them, the linker
//! takes one entry for both without a word. A package may depend on plugins, so that cargo builds
//! their libraries, as long as its code does not name them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::assert_none;
use crate::code::is_comment;
use crate::repository::{cargo, root, rust_files};

/// Where the packages of plugins lie.
const ROOMS: &[&str] = &["plugins/models/", "plugins/examples/", "tests/fixtures/"];

#[test]
fn no_code_names_the_package_of_a_plugin() {
    let plugins = plugins();
    assert!(plugins.contains_key("surmise_svm"), "the plugins found are {plugins:?}");
    let mut broken = Vec::new();
    for file in rust_files().iter().filter(|f| !f.is_test) {
        let others = plugins.iter().filter(|(_, folder)| !file.path.starts_with(*folder));
        for (plugin, _) in others {
            for (number, line) in file.lines_without_tests() {
                if !is_comment(line) && names(line, plugin) {
                    broken.push(format!("{}:{number}: {}", file.path, line.trim()));
                }
            }
        }
    }
    assert_none(&broken, "have these plugins loaded by the host instead of linking them:");
}

/// The name that code knows each plugin's library by, and its package's folder.
fn plugins() -> BTreeMap<String, String> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let mut found = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let manifest = package["manifest_path"].as_str().unwrap();
        let Some(folder) = manifest
            .strip_prefix(root().to_str().unwrap())
            .and_then(|path| path.strip_prefix('/')?.strip_suffix("Cargo.toml"))
            .filter(|folder| ROOMS.iter().any(|room| folder.starts_with(room)))
        else {
            continue;
        };
        for target in package["targets"].as_array().unwrap() {
            let kinds = target["kind"].as_array().unwrap();
            if kinds.iter().any(|kind| kind == "cdylib") {
                found.insert(target["name"].as_str().unwrap().into(), folder.into());
            }
        }
    }
    found
}

/// Whether `name` stands in a line as a whole word.
fn names(line: &str, name: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

#[test]
fn only_whole_words_are_names() {
    assert!(names("use surmise_svm::Svc;", "surmise_svm"));
    assert!(names("    let x = ::surmise_svm::Params::default();", "surmise_svm"));
    assert!(!names(r#"open("libsurmise_svm.so")"#, "surmise_svm"));
    assert!(!names("use surmise_svmlight;", "surmise_svm"));
}
