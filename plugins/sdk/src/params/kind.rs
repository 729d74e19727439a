//! The values that a hyperparameter takes.

use serde_json::{Value, json};

/// The values that a hyperparameter takes; bounds are inclusive.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A finite number.
    Float {
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
        /// Whether it is naturally searched on a logarithmic scale.
        log: bool,
    },
    /// A whole number within ±2⁵³.
    Int {
        /// Smallest value.
        low: i64,
        /// Largest value.
        high: i64,
        /// Whether it is naturally searched on a logarithmic scale.
        log: bool,
    },
    /// A list of whole numbers, such as layer widths.
    Ints {
        /// Smallest value of each entry.
        low: i64,
        /// Largest value of each entry.
        high: i64,
    },
    /// `true` or `false`.
    Bool,
    /// One of several names, each with its help.
    Choice(&'static [(&'static str, &'static str)]),
    /// One of these, or nothing, which is `null`.
    Optional(Box<Kind>),
}

impl Kind {
    pub(super) fn check(&self, value: &Value) -> std::result::Result<(), String> {
        let (fits, expected) = match self {
            Self::Float { low, high, .. } => (
                value.as_f64().is_some_and(|x| *low <= x && x <= *high),
                format!("a number between {low} and {high}"),
            ),
            Self::Int { low, high, .. } => (
                value.as_i64().is_some_and(|n| *low <= n && n <= *high),
                format!("a whole number between {low} and {high}"),
            ),
            Self::Ints { low, high } => {
                let fits = |n: &Value| n.as_i64().is_some_and(|n| *low <= n && n <= *high);
                (
                    value.as_array().is_some_and(|list| list.iter().all(fits)),
                    format!("a list of whole numbers between {low} and {high}"),
                )
            }
            Self::Bool => (value.is_boolean(), "true or false".to_owned()),
            Self::Choice(options) => {
                let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
                (
                    value.as_str().is_some_and(|text| names.contains(&text)),
                    format!("one of {}", names.join(", ")),
                )
            }
            Self::Optional(inner) => {
                return match value {
                    Value::Null => Ok(()),
                    _ => {
                        inner.check(value).map_err(|e| e.replacen(", found", " or null, found", 1))
                    }
                };
            }
        };
        if fits { Ok(()) } else { Err(format!("expected {expected}, found {}", cut(value))) }
    }

    pub(super) fn write(&self, entry: &mut Value) {
        match self {
            Self::Float { low, high, log } => {
                entry["type"] = json!("float");
                (entry["low"], entry["high"], entry["log"]) = (json!(low), json!(high), json!(log));
            }
            Self::Int { low, high, log } => {
                entry["type"] = json!("int");
                (entry["low"], entry["high"], entry["log"]) = (json!(low), json!(high), json!(log));
            }
            Self::Ints { low, high } => {
                entry["type"] = json!("ints");
                (entry["low"], entry["high"]) = (json!(low), json!(high));
            }
            Self::Bool => entry["type"] = json!("bool"),
            Self::Choice(options) => {
                entry["type"] = json!("choice");
                entry["choices"] = options.iter().map(|(name, _)| *name).collect();
            }
            Self::Optional(inner) => {
                entry["type"] = json!("optional");
                let mut of = json!({});
                inner.write(&mut of);
                entry["of"] = of;
            }
        }
    }

    /// The help with that of each choice, where choices have one.
    pub(super) fn full_help(&self, help: &str) -> String {
        let Self::Choice(options) = self else {
            return help.to_owned();
        };
        let explained: Vec<String> = options
            .iter()
            .filter(|(_, help)| !help.is_empty())
            .map(|(name, help)| format!("{name}: {help}"))
            .collect();
        match (help, explained.is_empty()) {
            (_, true) => help.to_owned(),
            ("", false) => explained.join("; "),
            (_, false) => format!("{help} ({})", explained.join("; ")),
        }
    }
}

/// A value as text, short enough for a message.
pub(super) fn cut(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
