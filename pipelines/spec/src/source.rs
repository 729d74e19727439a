//! Where the text comes from: a file that was read whole, or an override of the command line.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::text::escape;

/// The longest pipeline file that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// A text and the name under which diagnostics show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as it is shown.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Why a pipeline file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system says no.
    #[error("cannot read {name}: {cause}")]
    Io {
        /// The file.
        name: String,
        /// What the operating system says.
        #[source]
        cause: std::io::Error,
    },
    /// A directory, device, pipe or socket.
    #[error("cannot read {name}: it is {found}, not a file")]
    NotAFile {
        /// The path.
        name: String,
        /// What is there instead.
        found: &'static str,
    },
    /// More than [`MAX_BYTES`].
    #[error("cannot read {name}: a pipeline file has at most {MAX_BYTES} bytes")]
    TooLarge {
        /// The file.
        name: String,
    },
    /// Not UTF-8.
    #[error("cannot read {name}: {what}; save the file as UTF-8")]
    NotUtf8 {
        /// The file.
        name: String,
        /// What it is instead, or where it breaks.
        what: String,
    },
}

/// A range of bytes in one of the sources of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) source: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Source {
    /// Reads a file, at most [`MAX_BYTES`] of it, without ever blocking on a pipe or a device.
    ///
    /// # Errors
    /// If it cannot be read, is no regular file, is too large, or is not UTF-8.
    pub fn read(path: &Path) -> Result<Self, SourceError> {
        let name = escape(&path.display().to_string());
        let io = |cause| SourceError::Io { name: name.clone(), cause };
        // Asked before opening, because opening a pipe without a writer would wait for one.
        require_file(&name, &std::fs::metadata(path).map_err(io)?)?;
        let file = File::open(path).map_err(io)?;
        require_file(&name, &file.metadata().map_err(io)?)?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
        Self::from_bytes(name, bytes)
    }

    /// Takes bytes that were read elsewhere. A UTF-8 byte order mark is dropped.
    ///
    /// # Errors
    /// If they are too many or not UTF-8.
    pub fn from_bytes(name: impl Into<String>, mut bytes: Vec<u8>) -> Result<Self, SourceError> {
        let name = name.into();
        if bytes.len() > MAX_BYTES {
            return Err(SourceError::TooLarge { name });
        }
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            bytes.drain(..3);
        }
        if let [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, _, ..] | [_, 0, ..] = bytes[..] {
            let what = "it looks like UTF-16".into();
            return Err(SourceError::NotUtf8 { name, what });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(e) => {
                let good = e.utf8_error().valid_up_to();
                let line = 1 + e.as_bytes()[..good].iter().filter(|b| **b == b'\n').count();
                let what = format!("byte {good} on line {line} is not UTF-8");
                Err(SourceError::NotUtf8 { name, what })
            }
        }
    }
}

fn require_file(name: &str, metadata: &std::fs::Metadata) -> Result<(), SourceError> {
    if metadata.is_file() {
        return Ok(());
    }
    let found = if metadata.is_dir() { "a directory" } else { "a pipe, socket or device" };
    Err(SourceError::NotAFile { name: name.to_owned(), found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        Source::from_bytes("p.yaml", bytes.to_vec()).unwrap_err().to_string()
    }

    #[test]
    fn reads_utf8_and_drops_the_byte_order_mark() {
        let source = Source::from_bytes("p.yaml", b"\xEF\xBB\xBFname: x".to_vec()).unwrap();
        assert_eq!(source.text, "name: x");
    }

    #[test]
    fn refuses_other_encodings_with_their_place() {
        assert!(refused(b"\xFF\xFEn\0a\0").contains("UTF-16"));
        assert!(refused(b"n\0a\0").contains("UTF-16"));
        assert!(refused(b"a: 1\nb: \xFF").contains("byte 8 on line 2 is not UTF-8"));
    }

    #[test]
    fn refuses_more_than_the_limit() {
        assert!(refused(&vec![b' '; MAX_BYTES + 1]).contains("at most 1048576 bytes"));
        assert!(Source::from_bytes("p", vec![b' '; MAX_BYTES]).is_ok());
    }

    #[test]
    fn refuses_what_is_no_file() {
        let directory = std::env::temp_dir();
        let error = Source::read(&directory).unwrap_err().to_string();
        assert!(error.contains("it is a directory"), "{error}");
        let error = Source::read(&directory.join("surely/not/there.yaml")).unwrap_err();
        assert!(matches!(error, SourceError::Io { .. }));
    }

    #[cfg(unix)]
    #[test]
    fn refuses_devices_without_reading_them() {
        let error = Source::read(Path::new("/dev/zero")).unwrap_err().to_string();
        assert!(error.contains("a pipe, socket or device"), "{error}");
    }
}
