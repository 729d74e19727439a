//! What `surmise plugin new` writes: the examples of this repository under another name, so that
//! they are compiled and tested like everything else.

use std::path::{Path, PathBuf};

use crate::args::plugin::Language;

/// A file of a new plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// The SDK that a plugin in Rust is built with.
pub(super) struct Sdk {
    /// Its folder, absolute.
    pub(super) folder: PathBuf,
    /// The versions that it was tested with, if they are known.
    pub(super) lock: Option<String>,
}

macro_rules! example {
    ($file:literal) => {
        include_str!(concat!("../../../../../plugins/examples/", $file))
    };
}

const HEADERS: [(&str, &str); 2] = [
    (
        "include/surmise_plugin_v1.h",
        include_str!("../../../../../plugins/abi/include/surmise_plugin_v1.h"),
    ),
    (
        "include/surmise_params.h",
        include_str!("../../../../../plugins/abi/include/surmise_params.h"),
    ),
];

const IRIS: (&str, &str) = ("data/iris.csv", include_str!("../../../../examples/data/iris.csv"));
const DIABETES: (&str, &str) =
    ("data/diabetes.csv", include_str!("../../../../examples/data/diabetes.csv"));

/// What belongs to a crate that stands alone, and not to one in a workspace.
const CARGO_TAIL: &str = "
[profile.release]
panic = \"unwind\"                  # the SDK catches panics: a trial fails, not the study
lto = \"thin\"
strip = \"symbols\"

[workspace]                       # on its own, wherever its folder lies
";

/// The files of a plugin of this name; `sdk` is for Rust.
pub(super) fn files(language: Language, name: &str, sdk: Option<&Sdk>) -> Vec<File> {
    let (example, files, data): (_, &[(&str, &str)], _) = match language {
        Language::Rust => (
            "knn-in-rust",
            &[
                ("Cargo.toml", example!("knn-in-rust/Cargo.toml")),
                ("src/lib.rs", example!("knn-in-rust/src/lib.rs")),
                ("pipeline.yaml", example!("knn-in-rust/pipeline.yaml")),
                ("README.md", example!("knn-in-rust/README.md")),
                (".gitignore", "target/\nplugins/\nruns/\n"),
            ],
            IRIS,
        ),
        Language::C => (
            "ridge-in-c",
            &[
                ("src/ridge-in-c.c", example!("ridge-in-c/src/ridge-in-c.c")),
                HEADERS[0],
                HEADERS[1],
                ("pipeline.yaml", example!("ridge-in-c/pipeline.yaml")),
                ("README.md", example!("ridge-in-c/README.md")),
                (".gitignore", "plugins/\nruns/\n"),
            ],
            DIABETES,
        ),
        Language::Cpp => (
            "bayes-in-cpp",
            &[
                ("src/bayes-in-cpp.cpp", example!("bayes-in-cpp/src/bayes-in-cpp.cpp")),
                HEADERS[0],
                HEADERS[1],
                ("pipeline.yaml", example!("bayes-in-cpp/pipeline.yaml")),
                ("README.md", example!("bayes-in-cpp/README.md")),
                (".gitignore", "plugins/\nruns/\n"),
            ],
            IRIS,
        ),
    };
    let renamed = |text: &str| {
        text.replace(example, name).replace(&example.replace('-', "_"), &name.replace('-', "_"))
    };
    let mut files: Vec<File> = files
        .iter()
        .map(|(path, text)| File { path: renamed(path).into(), text: renamed(text) })
        .collect();
    // The data are nobody's to rename.
    files.push(File { path: data.0.into(), text: data.1.into() });
    if let Some(sdk) = sdk {
        with_sdk(&mut files, sdk);
    }
    files
}

fn with_sdk(files: &mut Vec<File>, sdk: &Sdk) {
    let is_manifest = |file: &&mut File| file.path == Path::new("Cargo.toml");
    if let Some(manifest) = files.iter_mut().find(is_manifest) {
        let folder = toml_text(&sdk.folder.display().to_string());
        manifest.text = manifest.text.replace("\"../../sdk\"", &folder) + CARGO_TAIL;
    }
    if let Some(lock) = &sdk.lock {
        files.push(File { path: "Cargo.lock".into(), text: lock.clone() });
    }
}

/// A basic string of TOML, whose escapes are those of JSON.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_example_keeps_its_name() {
        let sdk = Sdk { folder: "/a \"b\"/sdk".into(), lock: Some("version = 4\n".into()) };
        for (language, example) in [
            (Language::Rust, "knn-in-rust"),
            (Language::C, "ridge-in-c"),
            (Language::Cpp, "bayes-in-cpp"),
        ] {
            let rust = (language == Language::Rust).then_some(&sdk);
            let files = files(language, "my-model", rust);
            for file in &files {
                let path = file.path.display().to_string();
                for old in [example, &example.replace('-', "_"), "../../sdk"] {
                    assert!(!file.text.contains(old) && !path.contains(old), "{old} in {path}");
                }
            }
            let text = |path: &str| {
                let found = files.iter().find(|file| file.path == Path::new(path));
                found.map_or_else(|| panic!("no {path}"), |file| file.text.as_str())
            };
            assert!(text("pipeline.yaml").contains("plugin: my-model"));
            if rust.is_some() {
                let manifest = text("Cargo.toml");
                assert!(manifest.contains(r#"path = "/a \"b\"/sdk""#), "{manifest}");
                assert!(manifest.contains("name = \"surmise_my_model\""), "{manifest}");
                assert_eq!(text("Cargo.lock"), "version = 4\n");
            }
        }
    }
}
