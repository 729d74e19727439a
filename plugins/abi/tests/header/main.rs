//! The C header is made from this crate's source, and is what the repository holds.
//!
//! `UPDATE_HEADER=1 cargo test -p surmise-plugin-abi --test header` writes it.

use std::fs;
use std::path::Path;
use std::process::Command;

mod c;
mod source;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");
const HEADER: &str = "include/surmise_plugin_v1.h";
const LAYOUT: &str = include_str!("../layout.txt");

/// In an order in which C can read them.
const FILES: [&str; 6] =
    ["constants.rs", "data.rs", "services.rs", "plugin.rs", "gradient.rs", "importance.rs"];

fn items() -> Vec<source::Item> {
    let read = |file: &str| fs::read_to_string(Path::new(CRATE).join("src").join(file));
    FILES.iter().flat_map(|file| source::items(&read(file).expect("readable"))).collect()
}

#[test]
fn the_header_is_the_one_made_from_the_source() {
    let rules = fs::read_to_string(Path::new(CRATE).join("RULES.md")).expect("readable");
    let made = c::header(&rules, &items(), LAYOUT);
    let path = Path::new(CRATE).join(HEADER);
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&path, &made).expect("writing the header");
    }
    let kept = fs::read_to_string(&path).expect("readable");
    let differs = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made);
    assert!(
        kept == made,
        "{HEADER} differs from the source at line {}; if the change is meant, run \
         `UPDATE_HEADER=1 cargo test -p surmise-plugin-abi --test header` and read the difference",
        differs.map_or(kept.lines().count().min(made.lines().count()), |i| i) + 1
    );
}

/// What is not recorded could change unnoticed.
#[test]
fn every_struct_field_and_number_is_recorded() {
    let recorded = |name: &str| LAYOUT.lines().any(|line| line.split(' ').next() == Some(name));
    let missing: Vec<String> =
        items().iter().flat_map(source::Item::names).filter(|name| !recorded(name)).collect();
    assert!(missing.is_empty(), "tests/layout.rs and layout.txt lack {missing:?}");
}

#[test]
fn c_and_cpp_compilers_accept_the_header_without_a_warning() {
    for (compiler, language, standard) in
        [("cc", "c", "-std=c99"), ("cc", "c", "-std=c11"), ("c++", "c++", "-std=c++17")]
    {
        if Command::new(compiler).arg("--version").output().is_err() {
            println!("SKIPPED: no compiler `{compiler}` here, so the header was not tried");
            continue;
        }
        let compiled = Command::new(compiler)
            .args([standard, "-Wall", "-Wextra", "-Wpadded", "-Werror", "-fsyntax-only", "-x"])
            .args([language, HEADER])
            .current_dir(CRATE)
            .output()
            .expect("running the compiler");
        let said = String::from_utf8_lossy(&compiled.stderr);
        assert!(compiled.status.success(), "{compiler} {standard}: {said}");
    }
}
