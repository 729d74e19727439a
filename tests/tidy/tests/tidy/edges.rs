//! Who may import whom: the table of ARCHITECTURE.md, compared with the manifests.

use serde_json::Value;

use crate::assert_none;
use crate::repository::cargo;

/// What each package may depend on, beside its tests. A star stands for any ending.
const EDGES: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("plugin-abi", &[]),
    ("plugin-sdk-derive", &[]),
    ("plugin-sdk", &["plugin-abi", "plugin-sdk-derive"]),
    ("plugin-host", &["core", "plugin-abi"]),
    ("plugin-check", &["core", "plugin-abi", "plugin-host"]),
    ("model-*", &["plugin-sdk"]),
    ("knn-in-rust", &["plugin-sdk"]),
    ("surrogate", &["core"]),
    ("spec", &["core"]),
    ("data", &["core"]),
    ("store", &["core"]),
    ("report", &["core"]),
    ("stages", &["core", "data"]),
    ("training", &["core"]),
    ("engine", &["core", "data", "stages", "training", "plugin-host"]),
    (
        "cli",
        &[
            "core",
            "plugin-*",
            "model-*",
            "surrogate",
            "spec",
            "data",
            "store",
            "report",
            "stages",
            "engine",
        ],
    ),
    ("test-kit", &["core", "training"]),
    ("test-models", &["plugin-sdk"]),
    ("tidy", &[]),
    ("fixture-*", &["plugin-abi", "plugin-sdk"]),
    ("bench-*", &["*"]),
];

#[test]
fn rooms_depend_only_on_the_rooms_they_may() {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 10, "cargo metadata listed only {} packages", packages.len());
    let mut broken = Vec::new();
    for package in packages {
        let name = room(package["name"].as_str().unwrap());
        let Some((_, allowed)) = EDGES.iter().find(|(pattern, _)| matches(pattern, name)) else {
            broken.push(format!("{name} is not in the table"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let is_room = dependency["path"].is_string();
            let for_tests = dependency["kind"] == "dev";
            let to = room(dependency["name"].as_str().unwrap());
            if is_room && !for_tests && !allowed.iter().any(|pattern| matches(pattern, to)) {
                broken.push(format!("{name} → {to}"));
            }
        }
    }
    assert_none(
        &broken,
        "these edges between rooms are not in the table of ARCHITECTURE.md: do without them, or \
         write down why they are needed, there and in tests/tidy/tests/tidy/edges.rs",
    );
}

fn room(package: &str) -> &str {
    package.strip_prefix("surmise-").unwrap_or(package)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[test]
fn a_star_stands_for_any_ending() {
    assert!(matches("model-*", "model-svm") && !matches("model-*", "spec"));
    assert!(matches("plugin-sdk", "plugin-sdk") && !matches("plugin-sdk", "plugin-sdk-derive"));
}
