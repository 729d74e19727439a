//! `surmise plugin new`: a plugin that works, to be changed into one's own.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::template::{self, File, Sdk};
use crate::args::plugin::{Language, New};
use crate::exit::{Exit, Failure, Result};
use crate::print;

/// The sources that this program was built from.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

pub(crate) fn new(args: &New) -> Result<()> {
    let sdk = match args.lang {
        Language::Rust => Some(sdk(args.sdk.as_deref())?),
        Language::C | Language::Cpp => None,
    };
    let folder = Path::new(&args.name);
    let files = template::files(args.lang, &args.name, sdk.as_ref());
    write(folder, &files)?;
    print::text(&told(&args.name, args.lang, &files));
    Ok(())
}

/// The SDK's sources: those given, or those of this program.
fn sdk(given: Option<&Path>) -> Result<Sdk> {
    let folder = given.map_or_else(|| Path::new(SOURCES).join("plugins/sdk"), PathBuf::from);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    if !manifest.contains("name = \"surmise-plugin-sdk\"") {
        let problem = format!("{} does not hold the SDK's sources", folder.display());
        let hint = "name the folder `plugins/sdk` of Surmise's sources with --sdk DIR; a plugin in \
                    C or C++ needs none";
        return Err(Failure::message(Exit::Usage, problem).hint(hint));
    }
    let folder = folder.canonicalize()?;
    // With the versions that the SDK was tested with, which who built Surmise has at hand.
    let lock = fs::read_to_string(folder.join("../../Cargo.lock")).ok();
    Ok(Sdk { folder, lock })
}

/// Writes the files into a folder that must not be there.
fn write(folder: &Path, files: &[File]) -> Result<()> {
    if folder.symlink_metadata().is_ok() {
        let problem = format!("{} is there already; nothing was written", folder.display());
        let hint = "choose another name, or move it away";
        return Err(Failure::message(Exit::Usage, problem).hint(hint));
    }
    for file in files {
        let path = folder.join(&file.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, &file.text))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|e| Failure::new(Exit::Internal, e))?;
    }
    Ok(())
}

fn told(name: &str, language: Language, files: &[File]) -> String {
    let language = match language {
        Language::Rust => "Rust",
        Language::C => "C",
        Language::Cpp => "C++",
    };
    let mut text = format!("{name}/ is a plugin in {language}:\n");
    for file in files {
        text += &format!("  {}\n", file.path.display());
    }
    text += &format!(
        "next:\n  \
         surmise plugin build {name}         compile it\n  \
         surmise plugin check {name}         see whether it keeps the rules for plugins\n  \
         surmise run {name}/pipeline.yaml    tune it\n"
    );
    text
}
