//! From the name of a program to a file, and to what running it needs.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where programs are.
#[derive(Debug, Clone)]
pub struct Search {
    /// The folder from which relative paths count.
    pub folder: PathBuf,
    /// The folders of named programs, as the shell has them in `PATH`.
    pub path: OsString,
    /// The user's own folder: none that contains it is opened to a program.
    pub home: Option<PathBuf>,
}

/// A program that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The file as it was found: what a link leads to may behave otherwise under another name.
    pub path: PathBuf,
    /// The file itself.
    pub file: PathBuf,
    /// What it needs to read: the folder it is installed in, and its interpreter's.
    pub needs: Vec<PathBuf>,
}

impl Search {
    /// Finds a program: a path if the name has a slash, or else a file of that name in `PATH`.
    ///
    /// # Errors
    /// Where it was looked for, and what may be meant.
    pub fn find(&self, name: &str) -> Result<Program, String> {
        let path = self.locate(name)?;
        let mut needs = Vec::new();
        self.add_needs(&path, &mut needs);
        for interpreter in self.interpreters(&path) {
            self.add_needs(&interpreter, &mut needs);
        }
        needs.sort();
        needs.dedup();
        let file = path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Program { path, file, needs })
    }

    fn locate(&self, name: &str) -> Result<PathBuf, String> {
        if name.contains('/') {
            let path = self.folder.join(name);
            return match fs::metadata(&path) {
                Ok(_) if is_program(&path) => Ok(path),
                Ok(found) if found.is_dir() => Err(format!("{} is a folder", path.display())),
                Ok(_) => Err(format!(
                    "{0} is not executable: `chmod +x` it, or name its interpreter first",
                    path.display()
                )),
                Err(e) => Err(format!("there is no program {}: {e}", path.display())),
            };
        }
        let folders: Vec<PathBuf> =
            std::env::split_paths(&self.path).filter(|folder| folder.is_absolute()).collect();
        if let Some(found) = folders.iter().map(|f| f.join(name)).find(|path| is_program(path)) {
            return Ok(found);
        }
        let beside = if self.folder.join(name).is_file() {
            format!("; for the file beside the pipeline write `./{name}`")
        } else {
            String::new()
        };
        let places: Vec<String> = folders.iter().map(|f| f.display().to_string()).collect();
        let places = if places.is_empty() { "nothing".into() } else { places.join(", ") };
        Err(format!("there is no program `{name}` in PATH, which is {places}{beside}"))
    }

    /// Notes the folder of a program and of each file that its link leads to.
    fn add_needs(&self, path: &Path, needs: &mut Vec<PathBuf>) {
        const LINKS_MAX: usize = 16;
        let mut path = path.to_owned();
        for _ in 0..LINKS_MAX {
            needs.push(self.installed_in(&path));
            let Ok(target) = fs::read_link(&path) else { break };
            path = path.parent().unwrap_or(Path::new("/")).join(target);
        }
        if let Ok(file) = path.canonicalize() {
            needs.push(self.installed_in(&file));
        }
    }

    /// The folder a program is installed in: the one around `bin`, such as that of a virtual
    /// environment, unless the user's own folder is in it.
    fn installed_in(&self, program: &Path) -> PathBuf {
        let is_private = |folder: &Path| {
            folder.parent().is_none()
                || self
                    .home
                    .as_ref()
                    .is_some_and(|home| home.starts_with(folder) || folder == home.join(".local"))
        };
        let Some(folder) = program.parent() else { return program.to_owned() };
        let around = folder.file_name().is_some_and(|n| n == "bin" || n == "sbin" || n == "shims");
        match folder.parent().filter(|around_it| around && !is_private(around_it)) {
            Some(prefix) => prefix.to_owned(),
            None if is_private(folder) => program.to_owned(),
            None => folder.to_owned(),
        }
    }

    /// The programs that a script's first line names: its interpreter, and what `env` would find.
    fn interpreters(&self, script: &Path) -> Vec<PathBuf> {
        let mut head = [0; 256];
        let n = fs::File::open(script).and_then(|mut file| file.read(&mut head)).unwrap_or(0);
        let Some(line) = head[..n].strip_prefix(b"#!") else { return Vec::new() };
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|first| first.starts_with('/')) else {
            return Vec::new();
        };
        let mut found = vec![PathBuf::from(first)];
        if first.ends_with("/env") {
            let named = words.find(|word| !word.starts_with('-') && !word.contains('='));
            found.extend(named.and_then(|name| self.locate(name).ok()));
        }
        found
    }
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str, mode: u32) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    }

    #[test]
    fn a_virtual_environment_brings_what_it_links_to() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().canonicalize().expect("there");
        write(&root.join("home/.pyenv/versions/3/bin/python3.11"), "", 0o755);
        fs::create_dir_all(root.join("home/project/venv/bin")).expect("made");
        let link = root.join("home/project/venv/bin/python");
        std::os::unix::fs::symlink(root.join("home/.pyenv/versions/3/bin/python3.11"), &link)
            .expect("linked");
        let search = Search {
            folder: root.join("home/project"),
            path: OsString::new(),
            home: Some(root.join("home")),
        };
        let found = search.find("venv/bin/python").expect("there");
        assert_eq!(found.path, link);
        assert_eq!(
            found.needs,
            [root.join("home/.pyenv/versions/3"), root.join("home/project/venv")]
        );
        // Nobody gets the home folder because a program lies in it.
        write(&root.join("home/bin/tool"), "#!/usr/bin/env -S python3 -u\n", 0o755);
        let tool = Search { path: root.join("home/project/venv/bin").into(), ..search.clone() };
        let found = tool.find("../bin/tool").expect("there");
        assert!(found.needs.iter().all(|need| !root.join("home").starts_with(need)), "{found:?}");
    }

    #[test]
    fn what_is_not_there_is_told_with_the_places() {
        let dir = tempfile::tempdir().expect("a folder");
        write(&dir.path().join("train.sh"), "echo", 0o644);
        let search =
            Search { folder: dir.path().into(), path: "/nowhere:/neither".into(), home: None };
        let problem = search.find("train.sh").expect_err("not in PATH");
        assert!(problem.contains("/nowhere, /neither"), "{problem}");
        assert!(problem.contains("write `./train.sh`"), "{problem}");
        let problem = search.find("./train.sh").expect_err("no program");
        assert!(problem.contains("not executable"), "{problem}");
        assert!(search.find("./none").expect_err("none").contains("No such file"));
    }
}
