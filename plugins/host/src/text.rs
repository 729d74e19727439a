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
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    if cut.len() < bytes.len() {
        text.push('…');
    }
    text.trim().to_owned()
}

/// Zero-width characters and the controls of writing direction.
fn is_invisible(c: char) -> bool {
    let width = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    width || matches!(c, '\u{2028}'..='\u{202e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_and_disguises_go() {
        assert_eq!(clean(b"a\x1b[31mred\x07\nb\xff"), "a[31mred b\u{fffd}");
        assert_eq!(clean("safe\u{202e}exe".as_bytes()), "safeexe");
    }

    #[test]
    fn long_text_is_cut() {
        let long = clean(&vec![b'x'; 1_000_000]);
        assert_eq!(long.len(), TEXT_BYTES_MAX + '…'.len_utf8());
    }
}
