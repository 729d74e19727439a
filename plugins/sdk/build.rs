//! Tells the SDK for which machine and by which compiler it is built, for the note in each plugin.

use std::process::Command;

fn main() {
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    let version = Command::new(of("RUSTC")).arg("--version").output();
    let version = version.map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    // `rustc 1.95.0 (…)`.
    let version = version.unwrap_or_default();
    let version = version.split(' ').nth(1).unwrap_or("unknown").trim();
    println!("cargo::rustc-env=SURMISE_TARGET={}", of("TARGET"));
    println!("cargo::rustc-env=SURMISE_RUSTC={version}");
    println!("cargo::rerun-if-changed=build.rs");
}
