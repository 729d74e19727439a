//! Arguments with placeholders: `{lr}`, `{model.params.lr}`, `{seed}`; `{{` and `}}` for braces.

use std::path::Path;

use serde_json::{Map, Value};

/// An argument, cut at its placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(pub(crate) Vec<Part>);

/// A part of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text as it is, values of the file included.
    Text(String),
    /// The value of a parameter of the model.
    Param(String),
    /// What every trial has of its own.
    Own(Own),
}

/// What every trial has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    Seed,
    Trial,
    Scratch,
    Params,
}

impl Own {
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("seed", Self::Seed),
        ("trial", Self::Trial),
        ("scratch", Self::Scratch),
        ("params", Self::Params),
    ];

    /// What the placeholder of that name stands for.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(own, _)| *own == name).map(|(_, own)| own)
    }
}

/// A part of an argument before anybody knows what its names mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Raw<'a> {
    Text(String),
    Name(&'a str),
}

/// What a trial's arguments are made of.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// The trial's own seed.
    pub seed: u32,
    /// The trial's number.
    pub number: u64,
    /// Its scratch folder.
    pub scratch: &'a Path,
    /// The file that holds its parameters.
    pub params: &'a Path,
}

/// Cuts an argument at its placeholders; an error says what is wrong with its braces.
pub(crate) fn cut(text: &str) -> Result<Vec<Raw<'_>>, &'static str> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            plain.push_str(brace);
            rest = after;
            continue;
        }
        if brace == "}" {
            return Err("has a `}` without a `{`");
        }
        let Some((name, after)) = rest.split_once('}') else {
            return Err("has a `{` without a `}`");
        };
        parts.push(Raw::Text(std::mem::take(&mut plain)));
        parts.push(Raw::Name(name));
        rest = after;
    }
    plain.push_str(rest);
    parts.push(Raw::Text(plain));
    parts.retain(|part| !matches!(part, Raw::Text(text) if text.is_empty()));
    Ok(parts)
}

impl Template {
    /// The argument of one trial.
    pub(crate) fn fill(&self, params: &Map<String, Value>, trial: &Trial<'_>) -> String {
        self.0.iter().map(|part| part.fill(params, trial)).collect()
    }

    /// Its text, if it is the same for every trial.
    pub(crate) fn constant(&self) -> Option<String> {
        let mut all = String::new();
        for part in &self.0 {
            let Part::Text(text) = part else { return None };
            all.push_str(text);
        }
        Some(all)
    }
}

impl Part {
    fn fill(&self, params: &Map<String, Value>, trial: &Trial<'_>) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Param(name) => params.get(name).map(as_text).unwrap_or_default(),
            Self::Own(Own::Seed) => trial.seed.to_string(),
            Self::Own(Own::Trial) => trial.number.to_string(),
            Self::Own(Own::Scratch) => trial.scratch.to_string_lossy().into_owned(),
            Self::Own(Own::Params) => trial.params.to_string_lossy().into_owned(),
        }
    }
}

/// Text as it is, anything else as JSON.
fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn braces_double() {
        let text = |text: &str| Raw::Text(text.into());
        assert_eq!(cut("--lr={lr}!"), Ok(vec![text("--lr="), Raw::Name("lr"), text("!")]));
        assert_eq!(cut("{{\"a\": {b}}}"), Ok(vec![text("{\"a\": "), Raw::Name("b"), text("}")]));
        assert_eq!(cut(""), Ok(Vec::new()));
        assert!(cut("{a").is_err() && cut("a}").is_err() && cut("}{").is_err());
    }

    #[test]
    fn values_are_text_or_json() {
        let params = json!({"lr": 1e-7, "n": 3, "act": "a b", "on": true, "h": [64, 32]});
        let Value::Object(params) = params else { panic!("an object") };
        let trial = Trial { seed: 7, number: 2, scratch: "/s".as_ref(), params: "/s/p".as_ref() };
        let fill = |name: &str| Part::Param(name.into()).fill(&params, &trial);
        let all: Vec<String> = ["lr", "n", "act", "on", "h"].map(fill).into();
        assert_eq!(all, ["1e-7", "3", "a b", "true", "[64,32]"]);
        let own =
            Template(vec![Part::Own(Own::Seed), Part::Text("-".into()), Part::Own(Own::Scratch)]);
        assert_eq!(own.fill(&params, &trial), "7-/s");
        assert_eq!(own.constant(), None);
    }
}
