//! `surmise.lock` beside a pipeline file: which plugins its author has accepted, by their bytes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use surmise_plugin_host::{Binary, Plugin};

use crate::exit::{Exit, Failure, Result};

const NAME: &str = "surmise.lock";
const BYTES_MAX: u64 = 1 << 20;

/// What is accepted, and what the command line says to it.
#[derive(Debug)]
pub(crate) struct Pins {
    path: PathBuf,
    file: PinFile,
    /// Whether what is not pinned is refused.
    locked: bool,
    /// Plugins to pin as they are now.
    accept: Vec<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PinFile {
    /// By the name or path that the pipeline file has.
    plugins: BTreeMap<String, Pin>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pin {
    id: String,
    version: String,
    sha256: String,
}

impl Pins {
    /// Those of the folder of a pipeline file; none if it has no lock.
    pub(crate) fn read(folder: &Path, locked: bool, accept: &[String]) -> Result<Self> {
        let path = folder.join(NAME);
        let file = read(&path)
            .with_context(|| format!("cannot use the lock {}", path.display()))
            .map_err(|e| {
            Failure::new(Exit::Plugin, e)
                .hint("put it back from version control, or remove it and --accept the plugin")
        })?;
        Ok(Self { path, file, locked, accept: accept.to_vec() })
    }

    /// For a run that has a lock of its own.
    pub(crate) fn none() -> Self {
        Self { path: PathBuf::new(), file: PinFile::default(), locked: false, accept: Vec::new() }
    }

    /// Refuses bytes that are not those accepted, before any of them is run.
    pub(crate) fn check(&self, name: &str, binary: &Binary) -> Result<(), String> {
        if self.accept.iter().any(|accepted| accepted == name) {
            return Ok(());
        }
        let lock = self.path.display();
        match self.file.plugins.get(name) {
            Some(pin) if pin.sha256 == binary.sha256() => Ok(()),
            Some(pin) => Err(format!(
                "the plugin {} changed: sha256 {} in {lock}, {} now; put the old one back, or \
                 accept the new one with --accept {name}",
                binary.path().display(),
                pin.sha256,
                binary.sha256()
            )),
            None if self.locked => Err(format!(
                "the plugin {} is not in {lock}, and --locked allows no other: accept it (sha256 \
                 {}) with --accept {name}",
                binary.path().display(),
                binary.sha256()
            )),
            None => Ok(()),
        }
    }

    /// Refuses what the command line says of plugins where the model is a command.
    pub(crate) fn refuse_command(&self) -> Result<()> {
        let option = match (self.locked, self.accept.is_empty()) {
            (_, false) => "--accept",
            (true, true) => "--locked",
            (false, true) => return Ok(()),
        };
        let message = format!("{option} is about plugins, and the model is a command");
        Err(Failure::message(Exit::Plugin, message).hint("the run's own lock holds its hashes"))
    }

    /// Writes down the plugin of that name, if the command line accepts it.
    pub(crate) fn keep(&self, name: &str, plugin: &Plugin) -> Result<()> {
        if let Some(other) = self.accept.iter().find(|accepted| *accepted != name) {
            let message = format!("--accept {other}: the pipeline file's plugin is `{name}`");
            return Err(Failure::message(Exit::Plugin, message));
        }
        if self.accept.is_empty() {
            return Ok(());
        }
        let Plugin { id, version, sha256, .. } = plugin.clone();
        let mut plugins = self.file.plugins.clone();
        plugins.insert(name.to_owned(), Pin { id, version, sha256 });
        self.write(&PinFile { plugins })
            .with_context(|| format!("cannot write the lock {}", self.path.display()))
            .map_err(|e| Failure::new(Exit::Plugin, e))
    }

    /// So that a crash leaves the old lock or the new one, whole.
    fn write(&self, file: &PinFile) -> anyhow::Result<()> {
        let body = serde_yaml::to_string(file)?;
        let scratch = self.path.with_extension("lock.partial");
        let mut file = fs::File::create(&scratch)?;
        file.write_all(
            b"# Written by surmise: the plugins that were accepted. Keep it with the file.\n",
        )?;
        file.write_all(body.as_bytes())?;
        file.sync_all()?;
        Ok(fs::rename(&scratch, &self.path)?)
    }
}

fn read(path: &Path) -> anyhow::Result<PinFile> {
    match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(PinFile::default()),
        found => {
            let found = found?;
            anyhow::ensure!(found.is_file(), "it is no regular file");
            anyhow::ensure!(found.len() <= BYTES_MAX, "it is larger than {BYTES_MAX} bytes");
        }
    }
    Ok(serde_yaml::from_str(&fs::read_to_string(path)?)?)
}
