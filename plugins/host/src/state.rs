//! The bytes of a saved model: a header for people and checks, the plugin's bytes, a checksum.
//!
//! ```text
//! "SURMISE MODEL 1\n"   magic
//! u32                   length of the header
//! JSON                  header
//! u64                   length of the plugin's bytes
//! bytes                 as the plugin wrote them
//! [u8; 32]              SHA-256 of everything before
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::data::{COLUMNS_MAX, Inputs};
use crate::{Error, Result};

/// The most that a plugin may write.
pub(crate) const STATE_BYTES_MAX: u64 = 1 << 30;

const MAGIC: &[u8] = b"SURMISE MODEL 1\n";
const HEADER_BYTES_MAX: u32 = 16 << 20;
const CHECKSUM_BYTES: usize = 32;

/// Whose bytes these are, and the shape of the data that the model was fitted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) plugin: String,
    pub(crate) version: String,
    pub(crate) sha256: String,
    pub(crate) model: String,
    #[serde(flatten)]
    pub(crate) inputs: Inputs,
    pub(crate) n_classes: Option<usize>,
    /// Whether the model was fitted through its gradient.
    #[serde(default)]
    pub(crate) trained: bool,
}

/// Puts the frame around a plugin's bytes.
pub(crate) fn frame(header: &Header, payload: &[u8]) -> Result<Vec<u8>> {
    let header = serde_json::to_vec(header)
        .map_err(|e| Error::state(format!("its header cannot be written: {e}")))?;
    if header.len() > HEADER_BYTES_MAX as usize {
        return Err(Error::state("it was fitted to too many categories to be saved"));
    }
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend(&header);
    bytes.extend((payload.len() as u64).to_le_bytes());
    bytes.extend(payload);
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    Ok(bytes)
}

/// Takes the frame off.
pub(crate) fn unframe(bytes: &[u8]) -> Result<(Header, &[u8])> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(Error::state("these bytes are not a saved model of this version"));
    };
    let damaged = || Error::state("it is damaged or cut short");
    let (_, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or_else(damaged)?;
    let content = &bytes[..bytes.len() - CHECKSUM_BYTES];
    if Sha256::digest(content).as_slice() != checksum {
        return Err(damaged());
    }
    let rest = rest.get(..rest.len().saturating_sub(CHECKSUM_BYTES)).ok_or_else(damaged)?;
    let (len, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
    let len = u32::from_le_bytes(*len);
    if HEADER_BYTES_MAX < len {
        return Err(damaged());
    }
    let (header, rest) = rest.split_at_checked(len as usize).ok_or_else(damaged)?;
    let (len, payload) = rest.split_first_chunk().ok_or_else(damaged)?;
    if u64::from_le_bytes(*len) != payload.len() as u64 {
        return Err(damaged());
    }
    let header: Header = serde_json::from_slice(header)
        .map_err(|e| Error::state(format!("its header cannot be read: {e}")))?;
    header.check()?;
    Ok((header, payload))
}

/// A build of a plugin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) plugin: &'a str,
    pub(crate) version: &'a str,
    pub(crate) sha256: &'a str,
}

impl Header {
    /// Whether these are bytes of that very model.
    pub(crate) fn check_origin(&self, model: &str, origin: &Origin<'_>) -> Result<()> {
        if (self.plugin.as_str(), self.model.as_str()) != (origin.plugin, model) {
            return Err(Error::state(format!(
                "it is model `{}` of plugin `{}`, not `{model}` of `{}`",
                self.model, self.plugin, origin.plugin
            )));
        }
        if self.sha256 != origin.sha256 {
            return Err(Error::state(format!(
                "it was saved by another build of plugin `{}` ({}, sha256 {}), this one is {} \
                 (sha256 {})",
                self.plugin, self.version, self.sha256, origin.version, origin.sha256
            )));
        }
        Ok(())
    }

    /// A checksum holds damage off, not a hand: the numbers must be ones that a fit could have had.
    fn check(&self) -> Result<()> {
        for (what, n) in [("features", Some(self.inputs.n_features)), ("classes", self.n_classes)] {
            if n.is_some_and(|n| n == 0 || COLUMNS_MAX < n) {
                let n = n.unwrap_or_default();
                return Err(Error::state(format!("it claims {n} {what}, not 1 to {COLUMNS_MAX}")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(n_features: usize) -> Inputs {
        Inputs { n_features, categories: Vec::new() }
    }

    fn sample() -> (Header, Vec<u8>) {
        let header = Header {
            plugin: "p".into(),
            version: "1.0.0".into(),
            sha256: "00".into(),
            model: "m".into(),
            inputs: inputs(3),
            n_classes: None,
            trained: false,
        };
        let bytes = frame(&header, b"payload").expect("framed");
        (header, bytes)
    }

    #[test]
    fn a_frame_comes_off_again() {
        let (header, bytes) = sample();
        assert_eq!(unframe(&bytes).expect("good"), (header, b"payload".as_slice()));
    }

    #[test]
    fn impossible_sizes_are_refused_although_the_checksum_fits() {
        let (header, _) = sample();
        let huge = 1 << 60;
        for forged in [
            Header { inputs: inputs(0), ..header.clone() },
            Header { inputs: inputs(huge), ..header.clone() },
            Header { n_classes: Some(0), ..header.clone() },
            Header { n_classes: Some(huge), ..header.clone() },
        ] {
            let bytes = frame(&forged, b"payload").expect("framed");
            let problem = unframe(&bytes).expect_err("refused").to_string();
            assert!(problem.contains("not 1 to 1048576"), "{problem}");
        }
    }

    #[test]
    fn words_of_the_file_cannot_drive_the_terminal() {
        let problem = Error::state("it is model `a\u{9b}31m`").to_string();
        assert_eq!(problem, "saved model: it is model `a31m`");
    }

    #[test]
    fn a_cut_or_flipped_bit_anywhere_is_noticed() {
        let (_, bytes) = sample();
        for i in 0..bytes.len() {
            assert!(unframe(&bytes[..i]).is_err(), "cut at {i}");
            let mut flipped = bytes.clone();
            flipped[i] ^= 1;
            assert!(unframe(&flipped).is_err(), "flipped at {i}");
        }
    }
}
