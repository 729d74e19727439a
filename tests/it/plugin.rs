//! `surmise plugin new`, `build`, `info` and `list`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::support::{Bench, Finished, repository};

/// Whether there is a compiler.
#[expect(clippy::print_stdout, reason = "what was not tested must show")]
pub(crate) fn has(compiler: &str) -> bool {
    let found = Command::new(compiler).arg("--version").output().is_ok();
    if !found {
        println!("SKIPPED: no compiler `{compiler}` here");
    }
    found
}

/// Kept between runs, so that the SDK's dependencies are compiled once.
pub(crate) fn target_of_plugins() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_surmise")).ancestors().nth(2).unwrap().join("it-plugins")
}

fn build(bench: &Bench, folder: &str, variables: &[(&str, &str)]) -> Finished {
    let mut command = bench.command(&["plugin", "build", folder]);
    command.env("CARGO_TARGET_DIR", target_of_plugins()).envs(variables.iter().copied());
    Finished::of(command)
}

/// From nothing to a tuned model.
fn walk(language: &str) {
    let bench = Bench::new();
    bench.ok(&["plugin", "new", "my-model", "--lang", language]);
    let built = build(&bench, "my-model", &[]);
    assert_eq!(built.code, 0, "{}{}", built.out, built.err);
    let path = "my-model/plugins/libsurmise_my_model.so";
    assert!(built.out.contains(&format!("built {path}")), "{}", built.out);
    let info = bench.ok(&["plugin", "info", "my-model", "--json"]);
    let info: Value = serde_json::from_str(&info).unwrap();
    let facts = &info["facts"];
    assert_eq!((&facts["note"]["name"], &facts["problem"]), (&"my-model".into(), &Value::Null));
    assert_eq!(facts["elf"]["exports"], serde_json::json!(["surmise_plugin_entry_v1"]));
    let ran = bench.ok(&["run", "my-model/pipeline.yaml", "--set", "search.trials=6"]);
    assert!(ran.contains("6 of 6 trials, 0 failed"), "{ran}");
}

#[test]
fn a_plugin_in_rust_is_written_built_and_tuned() {
    walk("rust");
}

#[test]
fn a_plugin_in_c_is_written_built_and_tuned() {
    if has("cc") {
        walk("c");
    }
}

#[test]
fn a_plugin_in_cpp_is_written_built_and_tuned() {
    if has("c++") {
        walk("cpp");
    }
}

#[test]
fn a_new_plugin_says_what_comes_next() {
    let bench = Bench::new();
    insta::assert_snapshot!("plugin_new", bench.ok(&["plugin", "new", "ridge", "--lang", "c"]));
    assert_eq!(
        bench.read("ridge/include/surmise_plugin_v1.h"),
        std::fs::read(repository().join("plugins/abi/include/surmise_plugin_v1.h")).unwrap()
    );
}

#[test]
fn nothing_is_overwritten_and_names_are_checked() {
    let bench = Bench::new();
    bench.write("mine", "precious");
    let refused = bench.run(&["plugin", "new", "mine"]);
    assert_eq!((refused.code, bench.read("mine").as_slice()), (2, b"precious".as_slice()));
    assert!(refused.err.contains("mine is there already; nothing was written"), "{}", refused.err);
    for name in ["Mine", "../mine", "surmise-svm"] {
        assert_eq!(bench.run(&["plugin", "new", name]).code, 2, "{name}");
    }
    let refused = bench.run(&["plugin", "new", "other", "--sdk", "data"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("data does not hold the SDK's sources"), "{}", refused.err);
    assert!(!bench.path().join("other").exists());
}

#[test]
fn what_cannot_be_built_says_why() {
    let bench = Bench::new();
    let nothing = build(&bench, "data", &[]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("no Cargo.toml, src/*.c or src/*.cpp"), "{}", nothing.err);
    bench.ok(&["plugin", "new", "ridge", "--lang", "c"]);
    let missing = build(&bench, "ridge", &[("CC", "no-such-compiler")]);
    assert_eq!(missing.code, 5);
    assert!(missing.err.contains("no C compiler: no-such-compiler"), "{}", missing.err);
    let unbuilt = bench.run(&["plugin", "info", "ridge"]);
    assert_eq!(unbuilt.code, 5);
    assert!(unbuilt.err.contains("surmise plugin build ridge"), "{}", unbuilt.err);
    if has("cc") {
        bench.write("ridge/src/ridge.c", "int main(void) { return }\n");
        let broken = build(&bench, "ridge", &[]);
        assert_eq!(broken.code, 5);
        assert!(broken.err.contains("could not build it"), "{}", broken.err);
        assert_eq!(std::fs::read_dir(bench.path().join("ridge/plugins")).unwrap().count(), 0);
    }
    bench.write("Cargo.toml", "[package]\nname = \"p\"\nedition = \"2024\"\n[workspace]\n");
    std::fs::create_dir(bench.path().join("src")).unwrap();
    bench.write("src/lib.rs", "");
    let static_only = build(&bench, ".", &[]);
    assert_eq!(static_only.code, 5);
    assert!(static_only.err.contains("crate-type = [\"cdylib\""), "{}", static_only.err);
}

#[test]
fn a_file_is_told_without_being_loaded() {
    let bench = Bench::new();
    let svm = bench.ok(&["plugin", "info", "svm"]);
    assert!(svm.starts_with("plugin    surmise-model-svm "), "{svm}");
    bench.write("text.so", "no library");
    let text = bench.run(&["plugin", "info", "text.so"]);
    assert_eq!(text.code, 5);
    assert!(text.out.contains("has no note"), "{}", text.out);
    assert!(text.err.contains("text.so: not a shared library"), "{}", text.err);
    let text = bench.run(&["plugin", "info", "text.so", "--json"]);
    assert_eq!(text.out.lines().count(), 2, "{}", text.out);
    let unknown = bench.run(&["plugin", "info", "swm"]);
    assert!(unknown.err.contains("did you mean `svm`?"), "{}", unknown.err);
}

#[test]
fn plugins_are_listed_with_their_versions_and_what_hides_them() {
    let bench = Bench::new();
    for folder in ["plugins", "home/surmise/plugins"] {
        std::fs::create_dir_all(bench.path().join(folder)).unwrap();
        bench.write(&format!("{folder}/libsurmise_mine.so"), "no library");
    }
    let listed = bench.ok(&["plugin", "list"]);
    let mine: Vec<&str> = listed.lines().filter(|line| line.starts_with("mine")).collect();
    assert_eq!(mine.len(), 2, "{listed}");
    assert!(mine[0].ends_with("(not a shared library)"), "{listed}");
    assert!(mine[1].ends_with("(hidden by the one above)"), "{listed}");
    let listed = bench.ok(&["plugin", "list", "--json"]);
    let lines: Vec<Value> = listed.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let svm = lines.iter().find(|line| line["name"] == "svm").unwrap();
    assert_eq!((&svm["abi"], &svm["shadowed"]), (&"1.0".into(), &false.into()));
    assert!(lines.iter().any(|line| line["name"] == "mine" && line["shadowed"] == true));
}
