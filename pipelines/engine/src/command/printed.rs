//! What a command prints: one JSON object a line among whatever else it has to say.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use surmise_core::limit::Limit;
use surmise_core::trial::Outcome;

/// What a command measures, by the names under which it prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The objectives, at least one. The first one may be printed as `metric` too.
    pub objectives: Vec<String>,
    /// What is bounded.
    pub constraints: Vec<String>,
    /// How many steps a whole training has; `None` if steps are only for the log.
    pub steps: Option<u64>,
}

/// What the first objective may be printed as, whatever its name.
const METRIC: &str = "metric";
const STEP: &str = "step";

/// Reads line by line.
pub(super) struct Printed<'a> {
    names: &'a Names,
    report: &'a mut dyn FnMut(f64),
    /// The latest values that came without a step.
    values: BTreeMap<&'a str, f64>,
    first_step: Option<u64>,
    n_reports: u64,
    n_lines: u64,
    last_line: Option<String>,
}

impl<'a> Printed<'a> {
    pub(super) fn new(names: &'a Names, report: &'a mut dyn FnMut(f64)) -> Self {
        Self {
            names,
            report,
            values: BTreeMap::new(),
            first_step: None,
            n_reports: 0,
            n_lines: 0,
            last_line: None,
        }
    }

    /// Takes a line. What does not begin with a brace is for the log only.
    ///
    /// # Errors
    /// What is wrong with a line that begins with one.
    pub(super) fn read(&mut self, line: &[u8], cut: bool) -> Result<(), String> {
        self.n_lines += 1;
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        if !text.is_empty() {
            self.last_line = Some(shown(text));
        }
        if !text.starts_with('{') {
            return Ok(());
        }
        let n = self.n_lines;
        if cut {
            return Err(format!("printed a JSON object of more than 64 KiB in line {n}"));
        }
        let object: Map<String, Value> = serde_json::from_str(&finite(text)).map_err(|_| {
            format!(
                "printed what begins with a brace and is no JSON object in line {n}: {}",
                shown(text)
            )
        })?;
        self.take(&object).map_err(|problem| format!("{problem} in line {n}: {}", shown(text)))
    }

    fn take(&mut self, object: &Map<String, Value>) -> Result<(), String> {
        match object.get(STEP) {
            Some(step) => self.step(step, object),
            None => {
                let names = self.names;
                let all = names.objectives.iter().chain(&names.constraints);
                for name in all {
                    if let Some(value) = self.value(name, object)? {
                        self.values.insert(name, value);
                    }
                }
                Ok(())
            }
        }
    }

    /// Keeps a step's value of the first objective, if steps are kept.
    fn step(&mut self, step: &Value, object: &Map<String, Value>) -> Result<(), String> {
        let Some(step) = step.as_u64() else {
            return Err("printed a step that is no whole number".into());
        };
        let Some(steps) = self.names.steps else { return Ok(()) };
        let Some(value) = self.value(&self.names.objectives[0], object)? else { return Ok(()) };
        let first = *self.first_step.get_or_insert(step);
        if 1 < first {
            return Err(format!("began with step {step}, not with 0 or 1,"));
        }
        let expected = first + self.n_reports;
        if step != expected {
            return Err(format!("printed step {step} where step {expected} was due"));
        }
        if self.n_reports == steps {
            return Err(format!("printed more than the {steps} steps of a whole training"));
        }
        self.n_reports += 1;
        (self.report)(value);
        Ok(())
    }

    /// The value of that name, or of the first objective under its other name.
    fn value(&self, name: &str, object: &Map<String, Value>) -> Result<Option<f64>, String> {
        let other = (self.names.objectives[0] == name).then_some(METRIC);
        let found = object.get(name).or_else(|| object.get(other?));
        match found {
            None => Ok(None),
            Some(Value::Null) => Err(format!("diverged: {name} is not finite")),
            Some(value) => match value.as_f64() {
                Some(number) => Ok(Some(number)),
                None => Err(format!("printed {name} as what is no number")),
            },
        }
    }

    /// What it comes to once the command has ended well.
    ///
    /// # Errors
    /// What it did not print, and what it printed last.
    pub(super) fn outcome(&self, limits: &[Limit]) -> Result<Outcome, String> {
        let value = |name: &String| {
            self.values.get(name.as_str()).copied().ok_or_else(|| self.missing(name))
        };
        let objectives = self.names.objectives.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        let bounded = self.names.constraints.iter().map(value).collect::<Result<Vec<_>, _>>()?;
        Ok(Outcome::Complete {
            value: objectives[0],
            std_error: None,
            others: objectives[1..].to_vec(),
            constraints: limits.iter().zip(bounded).map(|(l, x)| l.excess(x)).collect(),
        })
    }

    fn missing(&self, name: &str) -> String {
        let key = if self.names.objectives[0] == name { METRIC } else { name };
        let last = match &self.last_line {
            Some(line) => format!("the last it printed: {line}"),
            None => "it printed nothing".into(),
        };
        format!("ended without a line such as {{\"{key}\": 0.5}} for {name}; {last}")
    }
}

/// The numbers that JSON does not have, as many programs write them, as `null`.
fn finite(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = ["-Infinity", "Infinity", "NaN"].into_iter().find(|word| rest.starts_with(word));
        if let Some(word) = word.filter(|_| !quoted) {
            out.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        let escaped = if quoted && c == '\\' { rest[1..].chars().next() } else { None };
        quoted ^= c == '"';
        let n = c.len_utf8() + escaped.map_or(0, char::len_utf8);
        out.push_str(&rest[..n]);
        rest = &rest[n..];
    }
    out
}

/// The beginning of a line, without what could drive a terminal.
fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(steps: Option<u64>) -> Names {
        Names { objectives: vec!["acc".into(), "ms".into()], constraints: vec!["mb".into()], steps }
    }

    /// What was reported, and how it ended.
    fn run(steps: Option<u64>, lines: &[&str]) -> (Vec<f64>, Result<Outcome, String>) {
        let (names, mut heard) = (names(steps), Vec::new());
        let mut report = |value| heard.push(value);
        let mut printed = Printed::new(&names, &mut report);
        let read = lines.iter().try_for_each(|line| printed.read(line.as_bytes(), false));
        let outcome = read.and_then(|()| printed.outcome(&[Limit::Max(2.0)]));
        (heard, outcome)
    }

    #[test]
    fn the_last_value_of_each_name_counts_among_other_output() {
        let lines = [
            "hello",
            r#"{"epoch": 3}"#,
            r#"{"metric": 0.5, "ms": 7}"#,
            r#"  {"acc": 0.75, "note": "NaN \" Infinity"}"#,
            r#"{"mb": 3}"#,
        ];
        let (heard, outcome) = run(None, &lines);
        let expected = Outcome::Complete {
            value: 0.75,
            std_error: None,
            others: vec![7.0],
            constraints: vec![1.0],
        };
        assert_eq!((heard, outcome), (Vec::new(), Ok(expected)));
    }

    #[test]
    fn steps_are_reported_from_zero_or_one_and_only_where_declared() {
        let lines = [r#"{"step": 1, "acc": 0.1}"#, r#"{"step": 2, "metric": 0.2}"#];
        assert_eq!(run(Some(2), &lines).0, [0.1, 0.2]);
        assert_eq!(run(Some(2), &[r#"{"step": 0, "acc": 1}"#]).0, [1.0]);
        assert_eq!(run(None, &lines).0, [0.0; 0]);
        // A step without the objective is for the log.
        assert_eq!(run(Some(2), &[r#"{"step": 9, "loss": 1}"#]).0, [0.0; 0]);
        for (line, problem) in [
            (r#"{"step": 4, "acc": 1}"#, "began with step 4"),
            (r#"{"step": -1, "acc": 1}"#, "no whole number"),
            (r#"{"step": 1, "acc": NaN}"#, "diverged: acc is not finite"),
        ] {
            let error = run(Some(2), &[line]).1.expect_err(line);
            assert!(error.contains(problem) && error.contains("line 1"), "{error}");
        }
        let gap = [lines[0], r#"{"step": 3, "acc": 1}"#];
        assert!(run(Some(9), &gap).1.expect_err("a gap").contains("where step 2 was due"));
        let many = run(Some(1), &lines).1.expect_err("too many");
        assert!(many.contains("more than the 1 steps"), "{many}");
    }

    #[test]
    fn what_is_wrong_is_told_with_what_was_printed() {
        for (lines, problem) in [
            (vec![], "it printed nothing"),
            (vec!["bye"], "for acc; the last it printed: bye"),
            (vec![r#"{"metric": 1}"#], "for ms;"),
            (vec!["", "{'metric': 1}"], "no JSON object in line 2: {'metric': 1}"),
            (vec!["{\"metric\": \"1\"}"], "acc as what is no number"),
            (vec!["{\"metric\": -Infinity}"], "diverged: acc is not finite"),
            (vec!["{\"metric\": 1e999}"], "no JSON object"),
        ] {
            let error = run(None, &lines).1.expect_err("refused");
            assert!(error.contains(problem), "{error}");
        }
    }
}
