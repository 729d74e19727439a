//! What the plugin says about itself. Whether it is valid, the host finds out when it loads it.

use std::collections::BTreeSet;

use serde_json::Value;
use surmise_core::suggest;
use surmise_plugin_abi as abi;
use surmise_plugin_host::{Facts, Library};

use super::Check;
use crate::outcome::{Verdict, fail, skip, warn};
use crate::subject::{Subject, entry};

pub(super) const CHECKS: &[Check] = &[
    Check::library("descriptor.version", "its version is one by semver.org", version),
    Check::library("descriptor.note", "its note has the version of its descriptor", note),
    Check::model("descriptor.words", "every word of its entry is a known one", words),
    Check::model("descriptor.help", "the model and its hyperparameters have a help text", help),
    Check::model("descriptor.extensions", "it has the extensions that it describes", extensions),
];

const CAPS: &[&str] = &[
    "predict_proba",
    "decision",
    "save",
    "report",
    "weights",
    "validation",
    "importance",
    "parallel_instances",
];

/// The fields of a model's entry that are one word or a list of them.
const WORDS: &[(&str, &[&str])] = &[
    ("tasks", &["classification", "regression"]),
    ("layouts", &["rows_f64", "rows_f32", "csr_f64", "csr_f32", "columns"]),
    ("missing", &["reject", "nan"]),
    ("caps", CAPS),
    ("gradient", &["f64", "f32"]),
    ("fit", &["self", "host"]),
    ("deterministic", &["bitwise", "per_thread_count", "no"]),
    ("threads", &["single", "budget"]),
];

const FIELDS: &[&str] = &[
    "id",
    "help",
    "default",
    "tasks",
    "layouts",
    "categorical",
    "missing",
    "caps",
    "probabilities_if",
    "gradient",
    "fit",
    "regularization",
    "deterministic",
    "threads",
    "hyperparameters",
];

fn version(library: &Library) -> Verdict {
    match is_semver(library.version()) {
        true => Ok(()),
        false => {
            fail(format!("{:?} is no version such as 1.2.3 or 1.2.3-beta.1", library.version()))
        }
    }
}

fn is_semver(version: &str) -> bool {
    let (rest, build) = version.split_once('+').map_or((version, None), |(r, b)| (r, Some(b)));
    let (core, pre) = rest.split_once('-').map_or((rest, None), |(c, p)| (c, Some(p)));
    let is_number = |n: &str| {
        !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()) && (n == "0" || !n.starts_with('0'))
    };
    let is_word =
        |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_pre = |w: &str| is_word(w) && (!w.bytes().all(|b| b.is_ascii_digit()) || is_number(w));
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(is_pre))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

fn note(library: &Library) -> Verdict {
    let Some(note) = Facts::read(library.path())?.note else {
        return skip("the file has no note");
    };
    match note.version == library.version() {
        true => Ok(()),
        false => fail(format!(
            "its note says version {:?}, its descriptor {:?}",
            note.version,
            library.version()
        )),
    }
}

fn words(subject: &Subject) -> Verdict {
    let library = subject.host_model.library();
    let entry = entry(library.descriptor(), &subject.info.component.name).unwrap_or_default();
    let fields: BTreeSet<&str> =
        entry.as_object().into_iter().flatten().map(|(k, _)| k.as_str()).collect();
    if let Some(field) = fields.iter().find(|field| !FIELDS.contains(field)) {
        return warn(unknown("the field", field, FIELDS));
    }
    for (field, known) in WORDS {
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let words: Vec<String> = match &entry[field] {
            Value::Array(list) => list.iter().filter_map(word).collect(),
            one => word(one).into_iter().collect(),
        };
        if let Some(word) = words.iter().find(|word| !known.contains(&word.as_str())) {
            return warn(unknown(&format!("in `{field}` the word"), word, known));
        }
    }
    match fields.contains("deterministic") {
        true => Ok(()),
        false => warn("it does not say `deterministic`, so it counts as not repeatable"),
    }
}

fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let help = suggest::help(word, known.iter().copied()).unwrap_or_default();
    format!("{what} `{word}` is none that hosts know: {help}")
}

fn help(subject: &Subject) -> Verdict {
    let component = &subject.info.component;
    if component.help.is_empty() {
        return warn("the model has no help text");
    }
    match component.settings.iter().find(|setting| setting.help.is_empty()) {
        None => Ok(()),
        Some(setting) => warn(format!("the hyperparameter `{}` has no help text", setting.name)),
    }
}

fn extensions(subject: &Subject) -> Verdict {
    for (id, described, how) in [
        (abi::GRADIENT_ID, !subject.info.gradient.is_empty(), "in `gradient`"),
        (abi::IMPORTANCE_ID, subject.info.importance, "as the cap `importance`"),
    ] {
        match (subject.model.has_extension(id.as_bytes()), described) {
            (false, true) => return fail(format!("it describes {how}, but has no {id}")),
            (true, false) => return warn(format!("it has {id}, but does not describe it {how}")),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_semver;

    #[test]
    fn versions_are_those_of_semver() {
        for good in ["0.1.0", "1.2.3-beta.1", "1.0.0+build.7", "10.20.30-x-y.z+0a"] {
            assert!(is_semver(good), "{good}");
        }
        for bad in ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "v1.2.3", "1.2.3+"] {
            assert!(!is_semver(bad), "{bad}");
        }
    }
}
