//! Licences, versions and sources of what is built from elsewhere. The lists are those of
//! `deny.toml`, so that they serve who has cargo-deny as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::assert_none;
use crate::repository::{cargo, root};

/// A package of the build for this machine.
struct Package {
    name: String,
    version: String,
    licence: String,
}

/// Everything that is compiled for a build or its tests. `cargo metadata` would also list optional
/// packages that no feature turns on.
fn packages() -> Vec<Package> {
    let tree = cargo(&[
        "tree",
        "--workspace",
        "--locked",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}|{l}",
    ]);
    let lines: BTreeSet<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    let packages = lines.into_iter().map(|line| {
        let (package, licence) = line.split_once('|').unwrap();
        let mut words = package.split(' ');
        Package {
            name: words.next().unwrap().into(),
            version: words.next().unwrap().trim_start_matches('v').into(),
            // The dependency of core's tests on their kit is a circle, which cargo marks.
            licence: licence.trim_end_matches("(*)").trim().into(),
        }
    });
    packages.collect()
}

/// The texts in quotes of the list `name` in `deny.toml`, a row for each line.
fn deny_list(name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("deny.toml")).unwrap();
    let start = format!("{name} = [");
    let rows: Vec<Vec<String>> = text
        .lines()
        .skip_while(|line| *line != start)
        .skip(1)
        .take_while(|line| *line != "]")
        .map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect())
        .collect();
    assert!(!rows.is_empty(), "deny.toml has no list `{name}` with one entry a line");
    rows
}

#[test]
fn licences_are_among_those_of_deny_toml() {
    let allowed = deny_list("allow").concat();
    let broken: Vec<String> = packages()
        .iter()
        .filter(|p| !is_allowed(&p.licence, &allowed))
        .map(|p| format!("{} {}: {:?}", p.name, p.version, p.licence))
        .collect();
    assert_none(
        &broken,
        "these licences are not in `allow` of deny.toml: use another package, or add the licence \
         if its terms suit a permissive project",
    );
}

#[test]
fn a_package_has_one_version_or_a_reason() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        versions.entry(package.name).or_default().insert(package.version);
    }
    let mut unused = Vec::new();
    for row in deny_list("skip") {
        let (name, start) = row[0].split_once('@').unwrap();
        let found = versions.get_mut(name).filter(|found| 1 < found.len());
        let skipped = found.and_then(|found| {
            let version = found.iter().find(|v| v.starts_with(&format!("{start}.")))?.clone();
            found.take(&version)
        });
        if skipped.is_none() {
            unused.push(row[0].clone());
        }
        assert!(row.get(1).is_some_and(|reason| !reason.is_empty()), "{} needs a reason", row[0]);
    }
    assert_none(&unused, "these are no duplicates any more: take them off `skip` of deny.toml");
    let twice = versions.iter().filter(|(_, found)| 1 < found.len());
    let broken: Vec<String> = twice.map(|(name, found)| format!("{name}: {found:?}")).collect();
    assert_none(
        &broken,
        "these packages are built in several versions: bring them to one, or add the older to \
         `skip` of deny.toml with the reason",
    );
}

#[test]
fn packages_come_from_one_registry_or_from_here() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let sources: BTreeSet<&str> = lock.lines().filter(|l| l.starts_with("source = ")).collect();
    let elsewhere = sources.iter().filter(|s| !s.starts_with("source = \"registry+"));
    let broken: Vec<String> = elsewhere.map(|s| (*s).to_owned()).collect();
    assert_none(&broken, "use a published version instead of these:");
    assert_eq!(sources.len(), 1, "packages come from several registries: {sources:?}");
}

/// Whether an SPDX expression can be met with the licences of a list. `/` is an old way to write
/// `OR`.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let spaced = spaced.replace(" WITH ", "+WITH+");
    let tokens: Vec<String> = spaced.split_whitespace().map(|t| t.replace('+', " ")).collect();
    let mut rest = tokens.as_slice();
    let met = any_of(&mut rest, allowed);
    met && rest.is_empty()
}

fn any_of(rest: &mut &[String], allowed: &[String]) -> bool {
    let mut met = all_of(rest, allowed);
    while skip(rest, "OR") {
        met |= all_of(rest, allowed);
    }
    met
}

fn all_of(rest: &mut &[String], allowed: &[String]) -> bool {
    let mut met = one(rest, allowed);
    while skip(rest, "AND") {
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[String], allowed: &[String]) -> bool {
    if skip(rest, "(") {
        let met = any_of(rest, allowed);
        return met & skip(rest, ")");
    }
    let Some((name, after)) = rest.split_first() else {
        return false;
    };
    *rest = after;
    allowed.contains(name)
}

fn skip(rest: &mut &[String], token: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if first == token => {
            *rest = after;
            true
        }
        _ => false,
    }
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
    for good in ["MIT", "GPL-3.0 OR MIT", "Unlicense/MIT", "(MIT OR GPL-3.0) AND Unicode-3.0"] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT)", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}
