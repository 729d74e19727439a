//! Files that are meant to harm: each is refused with a clear reason, by a budget that is counted
//! and not timed.

use std::fmt::Write;

use crate::common::{PLAIN, messages, refused, refused_with, study};

/// The only message of a text.
fn only(text: &str) -> String {
    let found = messages(text);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn billion_laughs() {
    let mut text = "a0: &a0 [lol, lol, lol]\n".to_owned();
    for i in 1..20 {
        let alias = format!("*a{}", i - 1);
        writeln!(text, "a{i}: &a{i} [{}]", [alias.as_str(); 9].join(", ")).unwrap();
    }
    assert!(only(&text).contains("anchors and aliases that expand to more than 20000 values"));
}

#[test]
fn quadratic_aliases() {
    let text = format!("a: &a {}\nb: [{}]", "x".repeat(50_000), vec!["*a"; 250].join(", "));
    assert!(only(&text).contains("1048576 bytes"));
    let text = format!("a: &a x\nb: [{}]", vec!["*a"; 40_000].join(", "));
    assert_eq!(only(&text), "the file has more than 256 aliases");
}

#[test]
fn anchors_and_merges_without_end() {
    assert!(only("a: &a [*a]").contains("part of"));
    let mut chain = "m0: &m0 {k0: 1}\n".to_owned();
    for i in 1..2000 {
        writeln!(chain, "m{i}: &m{i} {{<<: *m{}, k{i}: 1}}", i - 1).unwrap();
    }
    assert_eq!(only(&chain), "the file has more than 64 anchors");
    let deep = format!("a: &a {0}1{1}\nb: &b {0}*a{1}", "[".repeat(20), "]".repeat(20));
    assert_eq!(only(&deep), "the file has more than 32 levels");
}

#[test]
fn depth_and_size() {
    assert_eq!(only(&"[".repeat(100_000)), "the file has more than 32 levels");
    assert_eq!(only(&"{a: ".repeat(100_000)), "the file has more than 32 levels");
    assert_eq!(only(&"- ".repeat(100_000)), "the file has more than 32 levels");
    let keys: String = (0..100_000).map(|i| format!("{i}: \n")).collect();
    assert_eq!(only(&keys), "the file has more than 50000 parts");
    assert_eq!(only(&"a: 1\n".repeat(300_000)), "a pipeline file has at most 1048576 bytes");
    assert!(only(&"x".repeat(1 << 20)).contains("not the text `xxx"));
}

#[test]
fn a_flood_of_problems_is_cut_short() {
    let keys: String = (0..20_000).map(|i| format!("k{i}: 1\n")).collect();
    let found = refused(&keys);
    assert_eq!(found.iter().count(), 100);
    assert_eq!(found.len(), 20_000 + 5);
    assert!(found.render(true).contains("not shown"));
}

#[test]
fn a_flood_of_sections_is_cut_short() {
    let trained = PLAIN.replace("plugin: svm\n  params: { c: 10 }", "plugin: mlp");
    let keys: String = (0..5000).map(|i| format!("k{i}: {{}}, ")).collect();
    for section in ["training", "regularization"] {
        let found = refused(&format!("{trained}{section}: {{ {keys} }}\n"));
        assert_eq!((found.iter().count(), found.len()), (100, 5000));
    }
}

#[test]
fn long_lines_are_shown_in_part() {
    let text = format!("surmise: 1\nname: {}", "é".repeat(400_000));
    let shown = refused(&text).render(false);
    assert!(shown.len() < 20_000, "{}", shown.len());
}

#[test]
fn keys_that_repeat_or_hide() {
    let both = refused(&format!("{PLAIN}name: twice\n\"seed\": 1\nseed: 2\n"));
    let found: Vec<_> = both.iter().map(|d| (d.message(), d.label_text())).collect();
    assert_eq!(
        found,
        [
            ("the key `name` is here twice", "first on line 2"),
            ("the key `seed` is here twice", "first on line 17"),
        ]
    );
    assert_eq!(
        only(&format!("{PLAIN}\"na\\u202eme\": 1")),
        "the key `na\\u{202e}me` has invisible characters"
    );
    assert_eq!(only(&format!("{PLAIN}? [a]\n: 1")), "a key must be text, not a list or a mapping");
    assert_eq!(only(&format!("{PLAIN}: 1")), "a key is missing before `:`");
    assert_eq!(only(&format!("{PLAIN}<<: 1")), "`<<` merges mappings, not the number `1`");
}

#[test]
fn tags_and_documents() {
    let tagged = |value: &str| only(&PLAIN.replace("target: species", &format!("target: {value}")));
    let python = tagged("!!python/object/apply:os.system x");
    assert_eq!(python, "the YAML tag `!!python/object/apply:os.system` is not allowed");
    assert!(tagged("!include /etc/passwd").contains("`!include` is not allowed"));
    assert_eq!(only(&format!("{PLAIN}---\n{PLAIN}")), "a second document begins here");
}

#[test]
fn files_with_nothing_in_them() {
    for text in ["", "\n\n", "# only a comment\n", "---\n...\n", "null", "~"] {
        assert_eq!(only(text), "the file is empty", "{text:?}");
    }
    assert!(only("- a\n- b").contains("not a list"));
    assert!(only("just text").contains("not the text `just text`"));
}

#[test]
fn characters_that_do_not_belong() {
    assert_eq!(only("a: \0"), "the control character U+0000 is not allowed");
    assert_eq!(only("a: \u{1b}[31m"), "the control character U+001B is not allowed");
    let shown = refused("a: \u{1b}[31m").render(false);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let name = |text: &str| only(&PLAIN.replace("name: iris", &format!("name: {text}")));
    assert_eq!(name("\"i\\u202eris\""), r"`i\u{202e}ris` is not a name");
    assert!(name(&"n".repeat(65)).ends_with("is not a name"));
    assert!(name("../x").ends_with("is not a name"));
    let path = PLAIN.replace("iris.csv", "\"a\\nb\"");
    assert_eq!(only(&path), "the text has control characters");
    let tabs = refused("data:\n\ttarget: x");
    let help: Vec<Option<&str>> = tabs.iter().map(|d| d.help_text()).collect();
    assert_eq!(help, [Some("YAML is indented with spaces, never with tabs")]);
    let shown = refused_with(PLAIN, &["model.plugin=\u{1b}]0;x\u{7}\u{202e}"]).render(false);
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown}");
}

#[test]
fn numbers_that_readers_disagree_on() {
    let cases = [
        ("18446744073709551616", "`seed` must lie between 0 and 9223372036854775807, not 184"),
        ("-1", "`seed` must lie between 0 and"),
        ("1e3", "expected an integer, found the number"),
        ("0x10", "is a hexadecimal or octal number"),
        ("010", "starts with 0"),
        ("1_000", "expected an integer, found the text"),
        ("1:30", "expected an integer, found the text"),
        ("${HOME}", "expected an integer, found the text"),
        (".nan", "is not a finite number"),
        ("null", "expected an integer, found nothing"),
    ];
    for (value, reason) in cases {
        let found = only(&format!("{PLAIN}seed: {value}"));
        assert!(found.contains(reason), "{value}: {found}");
    }
}

#[test]
fn bounds_that_make_no_sense() {
    let cases = [
        ("{min: .nan, max: 1}", "is not a finite number"),
        ("{min: 1e-400, max: 1}", "is too small a number"),
        ("{min: 1, max: 1e999}", "is too large a number"),
        ("{min: 2, max: 1}", "needs min < max"),
        ("{min: 1, max: 1}", "needs min < max"),
        ("{min: 0.0, max: 1}", "must lie between"),
        ("{min: 1, max: 9, step: 0}", "needs a step above 0"),
        ("{min: 1, max: 9, step: 10}", "needs a step above 0"),
        ("[]", "has no value to choose from"),
        ("[1, 1.0]", "lists 1.0 twice"),
        ("5", "expected a list of values"),
    ];
    for (domain, reason) in cases {
        let text = study("{type: gp}", &format!("    model.params.c: {domain}"));
        let found = messages(&text);
        assert!(found.iter().any(|m| m.contains(reason)), "{domain}: {found:?}");
    }
    let many = vec!["1"; 1001].join(", ");
    let text = study("{type: gp}", &format!("    model.params.c: [{many}]"));
    assert_eq!(only(&text), "more than 1000 values to choose from");
}

#[test]
fn budgets_that_make_no_sense() {
    let whole = study("{type: gp}", "    model.params.c: [1, 10]");
    for (from, to) in
        [("20\n  space", "0\n  space"), ("20\n  space", "1000000000000000000\n  space")]
    {
        let found = only(&whole.replace(&format!("trials: {from}"), &format!("trials: {to}")));
        assert!(found.contains("`search.trials` must lie between 1 and 1000000"), "{found}");
    }
    let wide = whole.replace("  trials", "  parallel: 100000\n  trials");
    assert!(only(&wide).contains("`search.parallel` must lie between 1 and 1024"));
}
