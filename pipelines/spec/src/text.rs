//! Characters that deceive the eye: where they are refused, and how they are shown.

use std::fmt::Write;

/// Whether a character is invisible or changes how its neighbours are shown: controls, line and
/// paragraph separators, zero-width characters and bidirectional controls.
pub(crate) fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E007F}')
}

/// Whether YAML forbids a character in a file even inside quotes.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')
}

/// The text with every deceptive character but the newline written as its code point.
pub(crate) fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_deceptive(c) {
            // Writing into a string cannot fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The text in backquotes, escaped and cut to a readable length.
pub(crate) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let cut = text.char_indices().nth(LONGEST).map(|(i, _)| i);
    match cut {
        Some(i) => format!("`{}…`", escape(&text[..i])),
        None => format!("`{}`", escape(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_cannot_be_seen() {
        assert_eq!(escape("a\u{202e}b\u{1b}[0m"), r"a\u{202e}b\u{1b}[0m");
        assert_eq!(quote("naïve 表"), "`naïve 表`");
        assert_eq!(quote(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
    }
}
