//! Text from plugins, made fit to show.

/// The longest text of a plugin that is shown.
pub(crate) const TEXT_BYTES_MAX: usize = 8 * 1024;

/// At most [`TEXT_BYTES_MAX`] bytes of it as one line: invalid UTF-8 is replaced, line breaks
/// become spaces, other control and invisible formatting characters go, because they can drive
/// the terminal or disguise what is shown.
pub(crate) fn clean(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(TEXT_BYTES_MAX)];
    let mut text: String = String::from_utf8_lossy(cut)
        .chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
        .filter(|c| is_shown(*c))
        .collect();
    if cut.len() < bytes.len() {
        text.push('…');
    }
    text.trim().to_owned()
}

/// The same, or other words where nothing is left to show.
pub(crate) fn clean_or(text: &str, otherwise: &str) -> String {
    let text = clean(text.as_bytes());
    if text.is_empty() { otherwise.to_owned() } else { text }
}

/// Whether [`clean`] would leave a short text as it is.
pub(crate) fn is_plain(text: &str) -> bool {
    text.chars().all(is_shown)
}

/// Neither a control nor a zero-width character, nor one that changes the direction of writing.
fn is_shown(c: char) -> bool {
    let invisible = matches!(
        c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    );
    !c.is_control() && !invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_disguises_go() {
        assert_eq!(clean(b"a\x1b[31mred\x07\nb\xff"), "a[31mred b\u{fffd}");
        assert_eq!(clean("safe\u{202e}exe".as_bytes()), "safeexe");
        assert_eq!(clean("a\u{9b}31mred\u{61c}\u{e0041}".as_bytes()), "a31mred");
        assert_eq!((clean_or("\u{7}\n", "x"), clean_or("a\n", "x")), ("x".into(), "a".into()));
        assert!(is_plain("größe 1") && !is_plain("a\u{9b}31m") && !is_plain("a\nb"));
    }

    #[test]
    fn long_text_is_cut() {
        let long = clean(&vec![b'x'; 1_000_000]);
        assert_eq!(long.len(), TEXT_BYTES_MAX + '…'.len_utf8());
    }
}
