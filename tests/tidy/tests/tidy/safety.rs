//! `unsafe` stays in its rooms, each use with its reason.

use crate::assert_none;
use crate::code::is_comment;
use crate::repository::{File, rust_files};

/// Where the plugin boundary is, and the fixtures that stand on its other side.
const ROOMS: &[&str] =
    &["plugins/abi/", "plugins/sdk/", "plugins/host/", "plugins/check/src/raw/", "tests/fixtures/"];

/// Written in halves, so that this file does not break its own rule.
const USES: &[&str] = &[
    concat!("unsa", "fe {"),
    concat!("unsa", "fe impl"),
    concat!("unsa", "fe fn"),
    concat!("unsa", "fe extern"),
    concat!("unsa", "fe trait"),
    concat!("unsa", "fe("),
];

#[test]
fn unsafe_code_stays_in_its_rooms() {
    let mut broken = Vec::new();
    for file in &rust_files() {
        let allowed = ROOMS.iter().any(|room| file.path.starts_with(room));
        for (number, line) in file.lines() {
            if !allowed && uses(line).is_some() {
                broken.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    assert_none(
        &broken,
        "only plugins/abi, plugins/sdk, plugins/host and plugins/check/src/raw may do this; find a \
         way without:",
    );
}

#[test]
fn every_unsafe_block_gives_its_reason() {
    let mut broken = Vec::new();
    for file in &rust_files() {
        broken.extend(unexplained(file).map(|number| format!("{}:{number}", file.path)));
    }
    assert_none(&broken, "say above each of these why it is sound: `// SAFETY: …`");
}

/// Lines with a block or an implementation, but no reason before the statement they are in.
fn unexplained(file: &File) -> impl Iterator<Item = usize> {
    let lines: Vec<&str> = file.text.lines().collect();
    let asks_for_reason = |line: &str| uses(line).is_some_and(|kind| kind < 2);
    (0..lines.len())
        .filter(move |&i| asks_for_reason(lines[i]) && !is_explained(&lines[..=i]))
        .map(|i| i + 1)
}

fn is_explained(lines: &[&str]) -> bool {
    let Some((line, above)) = lines.split_last() else {
        return false;
    };
    let reason = |line: &&str| line.contains("// SAFETY: ");
    let ends_before = |line: &str| {
        let code = line.trim_end();
        !is_comment(line) && (code.is_empty() || code.ends_with([';', '{', '}']))
    };
    reason(line) || above.iter().rev().take_while(|l| !ends_before(l)).any(reason)
}

/// Which of [`USES`] a line holds, outside of a comment.
fn uses(line: &str) -> Option<usize> {
    let code = line.split("//").next().unwrap_or_default();
    USES.iter().position(|word| code.contains(word))
}

#[test]
fn reasons_are_found_above_the_statement() {
    let file = |text: &str| File {
        text: text.replace("UNSAFE", concat!("unsa", "fe")),
        ..File::default()
    };
    let explained = "// SAFETY: it is.\n#[inline]\nlet x =\n    UNSAFE { f() };\n// UNSAFE { }\n";
    assert_eq!(unexplained(&file(explained)).count(), 0);
    let bare =
        "// SAFETY: it is.\nlet y = 1;\nlet x = UNSAFE { f() };\nUNSAFE impl Send for T {}\n";
    assert_eq!(unexplained(&file(bare)).collect::<Vec<_>>(), [3, 4]);
}
