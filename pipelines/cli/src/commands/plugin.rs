//! `surmise plugin`: what an author of plugins needs.

use std::path::{Path, PathBuf};

use surmise_plugin_host::search;

use crate::args::Plugin;
use crate::exit::{Exit, Failure, Result};
use crate::pipeline_file::search_path;

mod build;
mod check;
mod info;
mod junit;
mod list;
mod new;
mod template;

/// Where a plugin's folder holds what was built.
const BUILT: &str = "plugins";

pub(crate) fn plugin(command: &Plugin) -> Result<()> {
    match command {
        Plugin::New(args) => new::new(args),
        Plugin::Build(args) => build::build(args),
        Plugin::Check(args) => check::check(args),
        Plugin::CheckOne { order } => Ok(surmise_plugin_check::child(order)?),
        Plugin::Info(args) => info::info(args),
        Plugin::List(args) => list::list(args),
    }
}

/// The file of a plugin that is given by its folder, its path, or its name, absolute.
fn locate(plugin: &str) -> Result<PathBuf> {
    let path = Path::new(plugin);
    if path.is_dir() {
        return only_library(path);
    }
    let is_file = plugin.ends_with(std::env::consts::DLL_SUFFIX) || path.is_file();
    let here = Path::new(".").canonicalize()?;
    // With a separator it is a path for the search, too.
    let plugin = if is_file { here.join(path).display().to_string() } else { plugin.to_owned() };
    Ok(search::find(&plugin, &here, &search_path())?)
}

/// The one library that was built in a plugin's folder.
fn only_library(folder: &Path) -> Result<PathBuf> {
    let unusable = |problem: String| Failure::message(Exit::Plugin, problem);
    let build = format!("build it with `surmise plugin build {}`", folder.display());
    let mut found = Vec::new();
    for dir in [folder.join(BUILT), folder.to_path_buf()] {
        let entries = dir.read_dir().into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let libraries = names.filter(|name| name.ends_with(std::env::consts::DLL_SUFFIX));
        found.extend(libraries.map(|name| dir.join(name)));
        if !found.is_empty() {
            break;
        }
    }
    found.sort();
    match found.as_slice() {
        [] => Err(unusable(format!("no plugin was built in {}", folder.display())).hint(build)),
        [only] => Ok(only.canonicalize()?),
        several => {
            let several: Vec<String> =
                several.iter().map(|path| path.display().to_string()).collect();
            Err(unusable(format!("several plugins, name one: {}", several.join(", "))))
        }
    }
}
