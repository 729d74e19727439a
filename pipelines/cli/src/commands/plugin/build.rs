//! `surmise plugin build`: from a plugin's sources to the library that its pipeline finds.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use serde_json::Value;
use surmise_plugin_host::{Facts, search};

use super::BUILT;
use crate::args::plugin::Build;
use crate::exit::{Exit, Failure, Result};
use crate::print;

pub(crate) fn build(args: &Build) -> Result<()> {
    let folder = args
        .folder
        .canonicalize()
        .map_err(|e| Failure::message(Exit::Usage, format!("{}: {e}", args.folder.display())))?;
    let library = match sources(&folder)? {
        Sources::Cargo => with_cargo(&folder)?,
        Sources::Compiler(compiler, files) => with_compiler(&folder, &compiler, &files)?,
    };
    let facts = Facts::read(&library)?;
    if let Some(problem) = facts.obstacle() {
        return Err(failed(format!("{}: {problem}", library.display())));
    }
    // As the folder was given, so that it can be copied into the next command.
    let shown = args.folder.join(BUILT).join(library.file_name().unwrap_or_default());
    print::line(&format!("built {} ({} KB)", shown.display(), facts.bytes.div_ceil(1000)));
    Ok(())
}

enum Sources {
    Cargo,
    Compiler(Compiler, Vec<PathBuf>),
}

/// A compiler of C or C++.
struct Compiler {
    /// Where the user may name another.
    variable: &'static str,
    default: &'static str,
    language: &'static str,
    standard: &'static str,
}

const C: Compiler = Compiler { variable: "CC", default: "cc", language: "C", standard: "c11" };
const CPP: Compiler =
    Compiler { variable: "CXX", default: "c++", language: "C++", standard: "c++17" };

fn sources(folder: &Path) -> Result<Sources> {
    if folder.join("Cargo.toml").is_file() {
        return Ok(Sources::Cargo);
    }
    let (mut c, mut cpp) = (Vec::new(), Vec::new());
    for entry in folder.join("src").read_dir().into_iter().flatten().flatten() {
        match entry.path().extension().and_then(|ending| ending.to_str()) {
            Some("c") => c.push(entry.path()),
            Some("cpp" | "cc" | "cxx") => cpp.push(entry.path()),
            _ => {}
        }
    }
    c.sort();
    cpp.sort();
    match (c.is_empty(), cpp.is_empty()) {
        (false, true) => Ok(Sources::Compiler(C, c)),
        (true, false) => Ok(Sources::Compiler(CPP, cpp)),
        (false, false) => Err(failed("src/ holds both C and C++: build it with tools of your own")),
        (true, true) => {
            let problem = format!("{} has no Cargo.toml, src/*.c or src/*.cpp", folder.display());
            let hint = "`surmise plugin new NAME` writes a plugin";
            Err(Failure::message(Exit::Usage, problem).hint(hint))
        }
    }
}

/// Builds with cargo, whose own messages go where they always do.
fn with_cargo(folder: &Path) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command.args(["build", "--release", "--lib", "--message-format=json-render-diagnostics"]);
    command.current_dir(folder).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|e| {
        let hint = "install Rust: https://rustup.rs";
        failed(format!("cannot start {}: {e}", cargo.display())).hint(hint)
    })?;
    if !output.status.success() {
        return Err(failed(format!("cargo could not build it ({})", output.status)));
    }
    let built = artifact(&String::from_utf8_lossy(&output.stdout), folder)?;
    let name = built.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !name.starts_with(&format!("{DLL_PREFIX}surmise_")) {
        let problem = format!("cargo built {name}, which no pipeline finds");
        return Err(failed(problem).hint("in Cargo.toml: [lib] name = \"surmise_NAME\""));
    }
    install(&built, &folder.join(BUILT).join(name))
}

/// The shared library of the crate in `folder`, by what cargo said that it made.
fn artifact(said: &str, folder: &Path) -> Result<PathBuf> {
    let messages = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let manifest = folder.join("Cargo.toml");
    let mut libraries = messages
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["manifest_path"].as_str().map(Path::new) == Some(&manifest))
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .filter(|name| name.to_string_lossy().ends_with(DLL_SUFFIX));
    libraries.next().ok_or_else(|| {
        failed("cargo made no shared library of it")
            .hint("in Cargo.toml: [lib] crate-type = [\"cdylib\", \"rlib\"]")
    })
}

/// Builds with one call of a compiler, which is printed, so that it can be made elsewhere.
fn with_compiler(folder: &Path, compiler: &Compiler, files: &[PathBuf]) -> Result<PathBuf> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let library = folder.join(BUILT).join(search::file_name(&name));
    fs::create_dir_all(folder.join(BUILT)).map_err(|e| failed(format!("plugins/: {e}")))?;
    let program = std::env::var_os(compiler.variable).filter(|name| !name.is_empty());
    let program = program.unwrap_or_else(|| compiler.default.into());
    let unfinished = library.with_extension("unfinished");
    let arguments = arguments(folder, compiler, files, &unfinished);
    let shown: Vec<String> = arguments.iter().map(|a| a.display().to_string()).collect();
    let shown = shown.join(" ").replace(".unfinished", DLL_SUFFIX);
    print::line(&format!("{} {shown}", program.display()));
    let mut command = Command::new(&program);
    let status = command.args(arguments).current_dir(folder).stdin(Stdio::null()).status();
    let status = status.map_err(|e| {
        let hint = format!("install one, or name yours in the variable {}", compiler.variable);
        let language = compiler.language;
        failed(format!("no {language} compiler: {}: {e}", program.display())).hint(hint)
    })?;
    if !status.success() {
        // What an interrupted compiler leaves is nobody's.
        fs::remove_file(&unfinished).ok();
        return Err(failed(format!("{} could not build it ({status})", program.display())));
    }
    fs::rename(&unfinished, &library)
        .with_context(|| format!("cannot write {}", library.display()))
        .map_err(|e| Failure::new(Exit::Plugin, e))?;
    Ok(library)
}

fn arguments(
    folder: &Path,
    compiler: &Compiler,
    files: &[PathBuf],
    library: &Path,
) -> Vec<OsString> {
    let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).as_os_str().to_owned();
    let mut arguments = vec![OsString::from(format!("-std={}", compiler.standard))];
    let flags = "-O2 -Wall -Wextra -fvisibility=hidden -shared -fPIC -Iinclude";
    arguments.extend(flags.split(' ').map(OsString::from));
    if cfg!(target_os = "linux") {
        arguments.push("-Wl,-z,relro,-z,now".into());
    }
    arguments.extend(files.iter().map(|file| relative(file)));
    arguments.extend(["-o".into(), relative(library), "-lm".into()]);
    arguments
}

/// Puts a library where it is found, whole or not at all: another process may have it loaded.
fn install(built: &Path, library: &Path) -> Result<PathBuf> {
    let unfinished = library.with_extension("unfinished");
    let folder = library.parent().unwrap_or(library);
    fs::create_dir_all(folder)
        .and_then(|()| fs::copy(built, &unfinished))
        .and_then(|_| fs::rename(&unfinished, library))
        .with_context(|| format!("cannot write {}", library.display()))
        .map_err(|e| Failure::new(Exit::Plugin, e))?;
    Ok(library.to_owned())
}

fn failed(problem: impl std::fmt::Display) -> Failure {
    Failure::message(Exit::Plugin, problem)
}
