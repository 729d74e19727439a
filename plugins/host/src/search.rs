//! From the plugin that a pipeline file names to a file.

use std::collections::BTreeSet;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{MAIN_SEPARATOR, Path, PathBuf, absolute};

use surmise_core::suggest;

use crate::{Error, Result};

/// Beside a pipeline file.
const PROJECT_DIR: &str = "plugins";
const FILE_STEM: &str = "surmise_";
const SYSTEM_DIRS: [&str; 2] = ["/usr/local/lib/surmise/plugins", "/usr/lib/surmise/plugins"];

/// The places that only the program knows; this crate reads no environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchPath {
    /// The user's data folder, `$XDG_DATA_HOME` or `~/.local/share`.
    pub data_home: Option<PathBuf>,
    /// The folder of the running program.
    pub exe_dir: Option<PathBuf>,
}

/// Finds the file of a plugin, as an absolute path.
///
/// With a path separator, `name_or_path` is a path relative to `base_dir`, the folder of the
/// pipeline file. Otherwise it is a name `NAME`, and the first file `libsurmise_NAME.so` (as this
/// platform spells it) is taken from: `plugins` beside the pipeline file, `surmise/plugins` in the
/// user's data folder, `/usr/local/lib/surmise/plugins`, `/usr/lib/surmise/plugins`, the program's
/// own folder, and `deps` in it.
///
/// # Errors
/// [`Error::NotFound`], saying where was searched and which plugins are there.
pub fn find(name_or_path: &str, base_dir: &Path, path: &SearchPath) -> Result<PathBuf> {
    let not_found = |reason| Error::NotFound { name: name_or_path.to_owned(), reason };
    let (found, reason) = if name_or_path.contains(['/', MAIN_SEPARATOR]) {
        let file = base_dir.join(name_or_path);
        let reason = format!("{} is not there", file.display());
        (file.exists().then_some(file), reason)
    } else {
        let dirs = places(base_dir, path);
        let file_name = file_name(name_or_path);
        let found = dirs.iter().map(|dir| dir.join(&file_name)).find(|file| file.exists());
        // What was put beside a pipeline file must lie there: a link would make it say what it
        // does not hold.
        let outside = found.as_ref().filter(|file| leads_out(file, base_dir));
        let reason = match outside {
            Some(file) => format!("{} is a link that leads out of its folder", file.display()),
            None => searched(name_or_path, &dirs),
        };
        (if outside.is_some() { None } else { found }, reason)
    };
    let found = found.ok_or_else(|| not_found(reason))?;
    absolute(&found).map_err(|e| not_found(format!("{}: {e}", found.display())))
}

/// Whether a file beside the pipeline file is really somewhere else.
fn leads_out(file: &Path, base_dir: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    file.starts_with(base_dir.join(PROJECT_DIR))
        && real(file).zip(real(base_dir)).is_some_and(|(file, base)| !file.starts_with(base))
}

/// A plugin's file in one of the places that [`find`] searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The name by which it is found, as its file spells it.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Whether a place that is searched earlier has one of the same name, which is taken instead.
    pub shadowed: bool,
}

/// Every plugin that [`find`] could find, place after place and by name in each, without looking
/// into the files.
#[must_use]
pub fn list(base_dir: &Path, path: &SearchPath) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for dir in places(base_dir, path) {
        let names: BTreeSet<String> = plugins_in(&dir).into_iter().collect();
        for name in names {
            let shadowed = found.iter().any(|earlier| earlier.name == name);
            let file = dir.join(file_name(&name));
            let path = absolute(&file).unwrap_or(file);
            found.push(Found { name, path, shadowed });
        }
    }
    found
}

/// The places that [`find`] searches, in this order.
#[must_use]
pub fn places(base_dir: &Path, path: &SearchPath) -> Vec<PathBuf> {
    let data_dir = path.data_home.iter().map(|dir| dir.join("surmise").join("plugins"));
    let exe_dirs = path.exe_dir.iter().flat_map(|dir| [dir.clone(), dir.join("deps")]);
    std::iter::once(base_dir.join(PROJECT_DIR))
        .chain(data_dir)
        .chain(SYSTEM_DIRS.map(PathBuf::from))
        .chain(exe_dirs)
        .collect()
}

/// The file of a plugin of this name, as this platform spells it.
#[must_use]
pub fn file_name(name: &str) -> String {
    format!("{DLL_PREFIX}{FILE_STEM}{}{DLL_SUFFIX}", name.replace('-', "_"))
}

/// Where was searched, what is there, and which of it may be meant.
fn searched(name: &str, dirs: &[PathBuf]) -> String {
    let places: Vec<String> = dirs.iter().map(|dir| dir.display().to_string()).collect();
    let known: BTreeSet<String> = dirs.iter().flat_map(|dir| plugins_in(dir)).collect();
    let hint = suggest::help(name, known.iter().map(String::as_str))
        .unwrap_or_else(|| "there are no plugins in these places".to_owned());
    format!("no file {} in {}; {hint}", file_name(name), places.join(", "))
}

fn plugins_in(dir: &Path) -> Vec<String> {
    // A place that cannot be read holds nothing to suggest.
    let Ok(entries) = dir.read_dir() else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let name = name.to_str()?.strip_prefix(DLL_PREFIX)?.strip_suffix(DLL_SUFFIX)?;
            // A name's `-` is a `_` in its file, so a file with one is nobody's.
            name.strip_prefix(FILE_STEM).filter(|name| !name.contains('-')).map(str::to_owned)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn touch(file: &Path) {
        fs::create_dir_all(file.parent().expect("a folder")).expect("making it");
        fs::write(file, "").expect("writing");
    }

    #[test]
    fn the_first_place_wins() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = SearchPath {
            data_home: Some(dir.path().join("data")),
            exe_dir: Some(dir.path().join("bin")),
        };
        let base = dir.path().join("project");
        let file = file_name("svm");
        let mut last = dir.path().join("bin").join("deps").join(&file);
        for place in ["bin", "data/surmise/plugins", "project/plugins"] {
            touch(&last);
            assert_eq!(find("svm", &base, &path).expect("found"), last);
            last = dir.path().join(place).join(&file);
        }
    }

    #[test]
    fn a_plugin_in_two_places_is_listed_twice() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = dir.path().join("home");
        let path = SearchPath { data_home: Some(home.clone()), exe_dir: None };
        touch(&dir.path().join("plugins").join(file_name("svm")));
        for name in ["svm", "knn"] {
            touch(&home.join("surmise/plugins").join(file_name(name)));
        }
        let found = list(dir.path(), &path);
        let told: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.shadowed)).collect();
        assert_eq!(told[..3], [("svm", false), ("knn", false), ("svm", true)]);
        assert_eq!(found[0].path, find("svm", dir.path(), &path).expect("found"));
    }

    #[test]
    fn a_separator_makes_it_a_path() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("my.so");
        touch(&file);
        let path = SearchPath::default();
        let found = find("./my.so", dir.path(), &path).expect("found");
        assert_eq!(found.canonicalize().expect("there"), file.canonicalize().expect("there"));
        let error = find("./your.so", dir.path(), &path).expect_err("not there").to_string();
        assert!(error.contains("your.so is not there"), "{error}");
    }

    #[test]
    fn a_near_miss_is_suggested() {
        let dir = tempfile::tempdir().expect("a folder");
        let search = |name| {
            find(name, dir.path(), &SearchPath::default()).expect_err("not there").to_string()
        };
        assert!(search("svn").contains("no plugins in these places"));
        touch(&dir.path().join("plugins").join(file_name("svm")));
        assert!(search("svn").contains("did you mean `svm`?"));
        let error = search("gradient_boosting");
        assert!(
            error.contains("known here: `svm`") && error.contains("/usr/lib/surmise"),
            "{error}"
        );
    }
}
