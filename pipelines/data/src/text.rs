//! Text from a file, made fit to print.

use surmise_core::suggest;

/// The longest text shown, in characters.
const SHOWN_MAX: usize = 40;

/// A text in backquotes: cut to a readable length, and with control and formatting characters
/// escaped, so that a file cannot write to somebody's terminal.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut shown = String::from("`");
    for c in text.chars().take(SHOWN_MAX) {
        // `escape_debug` knows what does not print, but also escapes quotes.
        if matches!(c, '\'' | '"' | '\\') {
            shown.push(c);
        } else {
            shown.extend(c.escape_debug());
        }
    }
    if text.chars().nth(SHOWN_MAX).is_some() {
        shown.push('…');
    }
    shown.push('`');
    shown
}

/// The first few of some texts, for an error message.
pub(crate) fn examples(texts: &[String]) -> String {
    let shown: Vec<String> = texts.iter().take(3).map(|t| quote(t)).collect();
    let more = if texts.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// The candidate most like `given`, as an ending of an error message: `; did you mean …?`.
pub(crate) fn did_you_mean(given: &str, candidates: &[String]) -> String {
    match suggest::nearest(given, candidates.iter().map(String::as_str)) {
        Some(name) => format!("; did you mean {}?", quote(name)),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes_to_the_terminal() {
        assert_eq!(quote("it's \"5\""), "`it's \"5\"`");
        assert_eq!(quote("\u{1b}[31m\n\u{202e}"), r"`\u{1b}[31m\n\u{202e}`");
        assert_eq!(quote(&"x".repeat(41)).chars().count(), 43);
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        let names = ["species".to_owned(), "sepal_length".to_owned()];
        assert_eq!(did_you_mean("specis", &names), "; did you mean `species`?");
        assert_eq!(did_you_mean("label", &names), "");
    }
}
