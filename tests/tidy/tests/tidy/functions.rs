//! Functions fit on a screen.

use crate::assert_none;
use crate::repository::{File, rust_files};

const LINES_MAX: usize = 70;

/// Functions that may be longer, as `path: name`. May only become shorter.
const ALLOWED: &[&str] = &[];

#[test]
fn functions_have_at_most_seventy_lines() {
    let files = rust_files();
    let library = files.iter().filter(|f| !f.is_test);
    let long: Vec<(String, usize)> = library
        .flat_map(|file| {
            let long = functions(file).into_iter().filter(|f| LINES_MAX < f.n_lines);
            long.map(|f| (format!("{}: {}", file.path, f.name), f.n_lines))
        })
        .collect();
    let is_allowed = |key: &str| ALLOWED.contains(&key);
    let broken: Vec<String> = long
        .iter()
        .filter(|(key, _)| !is_allowed(key))
        .map(|(key, n)| format!("{key} has {n} lines"))
        .collect();
    assert_none(&broken, "these functions are too long: give a step of theirs a name of its own");
    let stale: Vec<String> = ALLOWED
        .iter()
        .filter(|allowed| long.iter().all(|(key, _)| key != *allowed))
        .map(|allowed| (*allowed).to_owned())
        .collect();
    assert_none(&stale, "these functions are short now: take them off the list of this test");
}

struct Function {
    name: String,
    n_lines: usize,
}

/// The functions of a file, by the indentation that rustfmt gives them.
fn functions(file: &File) -> Vec<Function> {
    let lines: Vec<&str> = file.lines_without_tests().map(|(_, line)| line).collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = &line[..line.len() - line.trim_start().len()];
        let end = lines[start..].iter().position(|l| is_end(l, indent));
        found.push(Function { name: name.to_owned(), n_lines: end.map_or(0, |end| end + 1) });
    }
    found
}

/// A closing brace at that depth, or the end of a declaration or of a function on one line.
fn is_end(line: &str, indent: &str) -> bool {
    let Some(rest) = line.strip_prefix(indent) else {
        return false;
    };
    let is_first = function_name(line).is_some();
    rest == "}"
        || is_first && (rest.ends_with(';') || rest.ends_with('}'))
        || rest.starts_with(')') && rest.ends_with(';')
}

fn function_name(line: &str) -> Option<&str> {
    let mut words = line.trim_start().split(' ');
    let modifiers =
        ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", "extern", "\"C\""];
    let word = words.find(|word| !modifiers.contains(word))?;
    let name = (word == "fn").then(|| words.next())??;
    name.split(['(', '<']).next()
}

#[test]
fn lengths_are_counted() {
    let text = "\
fn one() {}
impl T {
    pub(crate) const async extern \"C\" fn three<'a>(
        &self,
    ) -> u8 {
        1
    }
    fn declared();
    fn declared_long(
        x: u8,
    ) -> u8;
}
#[cfg(test)]
mod tests {
    fn unseen() {}
}
";
    let file = File { text: text.into(), ..File::default() };
    let found: Vec<_> = functions(&file).into_iter().map(|f| (f.name, f.n_lines)).collect();
    let expected = [("one", 1), ("three", 5), ("declared", 1), ("declared_long", 3)];
    assert_eq!(found, expected.map(|(name, n)| (name.to_owned(), n)));
}
