//! Folders in which workers may write, and which go with them.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const PREFIX: &str = "surmise-scratch-";

/// The most that a worker may leave in its folder.
const BYTES_MAX: u64 = 1 << 30;
const ENTRIES_MAX: usize = 10_000;
const DEPTH_MAX: usize = 16;

/// The folder of all workers of a pool, removed with the pool.
#[derive(Debug)]
pub(crate) struct Root {
    path: PathBuf,
    next: AtomicU64,
}

impl Root {
    /// Makes it below `parent`, and removes those of processes that were killed.
    pub(crate) fn new(parent: &Path) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        sweep(parent);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{PREFIX}{}-{n}", std::process::id()));
        // Left by a killed process of the same number.
        let _nothing = fs::remove_dir_all(&path);
        make(&path)?;
        Ok(Self { path, next: AtomicU64::new(0) })
    }

    /// A new folder for one worker.
    pub(crate) fn folder(&self) -> io::Result<Folder> {
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.path.join(n.to_string());
        make(&path)?;
        Ok(Folder { path })
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.path);
    }
}

/// One worker's folder, removed with the worker.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Empties it.
    pub(crate) fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => fs::remove_dir_all(entry.path())?,
                false => fs::remove_file(entry.path())?,
            }
        }
        Ok(())
    }

    /// Whether it holds more than a worker may leave.
    pub(crate) fn is_full(&self) -> bool {
        let mut used = Used::default();
        used.add(&self.path, 0);
        used.is_too_much()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.path);
    }
}

#[derive(Default)]
struct Used {
    n_bytes: u64,
    n_entries: usize,
    too_deep: bool,
}

impl Used {
    fn add(&mut self, folder: &Path, depth: usize) {
        self.too_deep |= DEPTH_MAX < depth;
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            if self.is_too_much() {
                return;
            }
            self.n_entries += 1;
            match entry.metadata() {
                Ok(found) if found.is_dir() => self.add(&entry.path(), depth + 1),
                Ok(found) => self.n_bytes += found.blocks() * 512,
                Err(_) => {}
            }
        }
    }

    fn is_too_much(&self) -> bool {
        BYTES_MAX < self.n_bytes || ENTRIES_MAX < self.n_entries || self.too_deep
    }
}

/// Removes the folders of this user's processes that are no more.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    let me = rustix::process::geteuid().as_raw();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let process = rest.and_then(|rest| rest.split_once('-')?.0.parse::<u32>().ok());
        let Some(process) = process else { continue };
        let is_mine = entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == me);
        if is_mine && !Path::new(&format!("/proc/{process}")).exists() {
            let _left = fs::remove_dir_all(entry.path());
        }
    }
}

/// For this user alone.
fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_go_with_their_owners_and_those_of_the_dead_are_swept() {
        let parent = tempfile::tempdir().expect("a folder");
        let dead = parent.path().join(format!("{PREFIX}4194305-0"));
        fs::create_dir(&dead).expect("made");
        let root = Root::new(parent.path()).expect("made");
        assert!(!dead.exists(), "no process has that number");
        let folder = root.folder().expect("made");
        fs::write(folder.path().join("file"), "text").expect("written");
        assert!(!folder.is_full());
        folder.clear().expect("emptied");
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 0);
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
        drop(root);
        assert_eq!(fs::read_dir(parent.path()).expect("there").count(), 0);
    }

    #[test]
    fn many_small_files_are_too_much() {
        let parent = tempfile::tempdir().expect("a folder");
        let root = Root::new(parent.path()).expect("made");
        let folder = root.folder().expect("made");
        for n in 0..=ENTRIES_MAX {
            fs::write(folder.path().join(n.to_string()), "").expect("written");
        }
        assert!(folder.is_full());
    }
}
