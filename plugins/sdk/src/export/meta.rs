//! What a plugin's file says about itself before any of its code runs.
//!
//! [`export_model!`](crate::export_model) puts one line of JSON into a section of the library,
//! which survives `strip` and is read without loading anything. It is a hint for good messages
//! ("built for another machine", "needs a newer Surmise"), never a proof.

use surmise_plugin_abi as abi;

/// The name of the section in an ELF file.
pub const SECTION: &str = ".surmise.meta";

const BYTES: usize = 1024;

/// The section's content: JSON, filled up with spaces.
#[derive(Debug)]
#[repr(transparent)]
pub struct Meta([u8; BYTES]);

impl Meta {
    /// For a package of this name and version.
    ///
    /// # Panics
    /// At compile time, if name and version are longer than any package's.
    #[must_use]
    pub const fn new(package: &str, version: &str) -> Self {
        let mut text = Text { bytes: [b' '; BYTES], len: 0 };
        text =
            text.put("{\"meta\":1,\"name\":\"").put(package).put("\",\"version\":\"").put(version);
        text = text.put("\",\"abi\":\"").digits(abi::ABI_MAJOR).put(".").digits(abi::ABI_MINOR);
        text = text.put("\",\"target\":\"").put(env!("SURMISE_TARGET"));
        text = text.put("\",\"rustc\":\"").put(env!("SURMISE_RUSTC"));
        text = text.put("\",\"sdk\":\"").put(env!("CARGO_PKG_VERSION")).put("\"}");
        Self(text.bytes)
    }

    /// The JSON.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.trim_ascii_end()
    }
}

struct Text {
    bytes: [u8; BYTES],
    len: usize,
}

impl Text {
    const fn put(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn digits(self, number: u32) -> Self {
        assert!(number < 100, "versions of the ABI are small");
        let text = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        match core::str::from_utf8(if number < 10 { text.split_at(1).1 } else { &text }) {
            Ok(text) => self.put(text),
            Err(_) => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_json() {
        static META: Meta = Meta::new("ridge", "1.2.3-rc.1+b");
        let json: serde_json::Value = serde_json::from_slice(META.as_bytes()).expect("JSON");
        let text = |name: &str| json[name].as_str().expect("text").to_owned();
        assert_eq!((text("name"), text("version")), ("ridge".into(), "1.2.3-rc.1+b".into()));
        assert_eq!((text("abi"), text("sdk")), ("1.0".into(), env!("CARGO_PKG_VERSION").into()));
        assert!(text("target").starts_with(std::env::consts::ARCH), "{json}");
        assert!(text("rustc").starts_with("1."), "{json}");
    }
}
