//! The files of the repository.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file, by its path from the root.
#[derive(Default)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    /// Whether it is there for tests or measurements alone.
    pub(crate) is_test: bool,
}

impl File {
    /// Its lines, numbered as editors do.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    pub(crate) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension() == Some(OsStr::new("rs"))
    }

    /// The paths, without ending, of the modules that it declares for tests alone.
    fn test_modules(&self) -> impl Iterator<Item = String> {
        let stem = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        let is_root = ["/lib", "/main", "/mod"].iter().any(|end| stem.ends_with(end));
        let folder =
            if is_root { stem.rsplit_once('/').map_or("", |(folder, _)| folder) } else { stem };
        let lines: Vec<&str> = self.text.lines().collect();
        let declared = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
        let names = declared.filter_map(|pair| {
            let (_, name) = pair[1].split_once("mod ")?;
            name.strip_suffix(';')
        });
        let paths: Vec<String> = names.map(|name| format!("{folder}/{name}")).collect();
        paths.into_iter()
    }

    /// The numbered lines before the test module that ends a file.
    pub(crate) fn lines_without_tests(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut lines = self.lines().peekable();
        std::iter::from_fn(move || {
            let (number, line) = lines.next()?;
            let is_module = |next: &str| next.starts_with("mod ") && next.ends_with('{');
            let ends = line == "#[cfg(test)]" && lines.peek().is_some_and(|(_, l)| is_module(l));
            (!ends).then_some((number, line))
        })
    }
}

pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::canonicalize(here.join("../..")).unwrap()
}

/// Every text file that is kept or about to be, sorted.
pub(crate) fn files() -> Vec<File> {
    let mut paths = listed_by_git().unwrap_or_else(walked);
    paths.sort();
    let read = |path: String| {
        // What git still lists may just have been removed; what is no text has no rules here.
        let text = fs::read_to_string(root().join(&path)).ok()?;
        let is_test = path.split('/').any(|part| ["tests", "benches"].contains(&part));
        Some(File { path, text, is_test })
    };
    let mut files: Vec<File> = paths.into_iter().filter_map(read).collect();
    let modules: Vec<String> = files.iter().flat_map(File::test_modules).collect();
    for file in &mut files {
        let below = |rest: &str| rest.starts_with('/') || rest == ".rs";
        file.is_test |= modules.iter().any(|m| file.path.strip_prefix(m).is_some_and(below));
    }
    assert!(files.len() > 50, "these tests found only {} files", files.len());
    files
}

pub(crate) fn rust_files() -> Vec<File> {
    files().into_iter().filter(File::is_rust).collect()
}

fn listed_by_git() -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|o| o.status.success() && !o.stdout.is_empty())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split_terminator('\0').map(str::to_owned).collect())
}

/// For an archive of the sources, which git knows nothing of.
fn walked() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.is_dir() {
                found.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            } else if !["target", ".git", "runs"].iter().any(|skip| path.ends_with(skip)) {
                folders.push(path);
            }
        }
    }
    found
}

/// What a cargo command prints, run at the root.
pub(crate) fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(
        output.status.success(),
        "failed to run cargo {}:\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn modules_for_tests_are_known() {
    let declares = |path: &str| {
        let file = File {
            path: path.into(),
            text: "#[cfg(test)]\nmod tests;\nmod real;\n".into(),
            ..File::default()
        };
        file.test_modules().collect::<Vec<_>>()
    };
    assert_eq!(declares("core/src/lib.rs"), ["core/src/tests"]);
    assert_eq!(declares("core/src/space.rs"), ["core/src/space/tests"]);
    let is_test = |path: &str| rust_files().iter().any(|f| f.path == path && f.is_test);
    assert!(is_test("core/src/testing.rs") && is_test("core/src/history/tests.rs"));
    assert!(!is_test("core/src/history.rs"));
}

#[test]
fn a_walk_finds_what_git_lists() {
    if let Some(listed) = listed_by_git() {
        let walked = walked();
        let missed = listed.iter().filter(|p| root().join(p).exists() && !walked.contains(p));
        assert_eq!(missed.collect::<Vec<_>>(), Vec::<&String>::new());
    }
}
