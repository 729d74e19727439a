//! A pipeline file whose model is a command, as it is written.

use serde_json::{Value, json};
use surmise_core::study::Direction;
use surmise_core::suggest;

use super::{FormatVersion, Search, Settings};
use crate::catalog::Catalog;
use crate::decode::{
    Attempt, Bytes, Decode, Duration, Integer, Name, Number, Printable, Spanned, expected, record,
};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::scalar::{Scalar, classify};
use crate::spec::Sandbox;
use crate::text::quote;
use crate::tree::{Kind, Node};

record! {
    /// A Surmise pipeline file whose model is any program.
    struct CommandDocument as "the pipeline" {
        /// The version of this format.
        surmise: Attempt<FormatVersion>,
        /// What the experiment is called.
        name: Attempt<Spanned<Name>>,
        /// The only source of randomness; required for a study, else 0.
        seed: Attempt<Option<Spanned<Integer<0, { i64::MAX }>>>>,
        /// The program and its parameters.
        model: Attempt<Spanned<CommandModel>>,
        /// What the program measures, and which way is better.
        evaluation: Attempt<Spanned<Measured>>,
        /// What is searched for, and how.
        search: Attempt<Option<Spanned<Search>>>,
        /// What the program may do and use up.
        isolation: Attempt<Option<Confines>>,
    }
}

record! {
    /// A program that trains, measures itself and prints lines of JSON.
    struct CommandModel as "`model`" {
        /// The program and its arguments, with placeholders such as `{lr}`; no shell is between.
        command: Attempt<Spanned<Vec<Spanned<Argument>>>>,
        /// The values of its parameters in the first trial; of those not searched, in every trial.
        params: Attempt<Option<Settings>>,
        /// Variables to add to its environment.
        env: Attempt<Option<Settings>>,
        /// Files that it depends on beside those that the command names: a run that is resumed
        /// wants them unchanged.
        files: Attempt<Option<Vec<Spanned<Printable>>>>,
        /// How many threads numerical libraries are told to use; 1 by default.
        threads: Option<Integer<1, 1024>>,
        /// Whether it promises that the same parameters and the same seed give the same numbers.
        deterministic: bool = false,
    }
}

record! {
    /// What the program measures: `metric`, or `objectives` for several.
    struct Measured as "`evaluation`" {
        /// What `{"metric": 0.97}` is the value of.
        metric: Attempt<Option<Spanned<Name>>>,
        /// Which way is better; known for the metrics that Surmise has itself.
        direction: Attempt<Option<Spanned<Direction>>>,
        /// What is measured, if it is several things; the first one ranks configurations.
        objectives: Attempt<Option<Spanned<Vec<Spanned<Goal>>>>>,
        /// What a configuration must keep to be feasible.
        constraints: Attempt<Option<Vec<Attempt<Spanned<NamedBound>>>>>,
        /// How many steps a whole training has: then what it prints after each is kept and learnt
        /// from.
        steps: Attempt<Option<Integer<1, 1_000_000>>>,
    }
}

record! {
    /// One objective.
    struct Goal as "an objective" {
        /// What is measured.
        metric: Spanned<Name>,
        /// Which way is better; known for the metrics that Surmise has itself.
        direction: Option<Spanned<Direction>>,
    }
}

record! {
    /// A bound on what the program measures: `min` or `max`.
    struct NamedBound as "a constraint" {
        /// What is measured.
        metric: Spanned<Name>,
        /// The least value that is allowed.
        min: Option<Number>,
        /// The largest value that is allowed.
        max: Option<Number>,
    }
}

record! {
    /// What the program may do and use up.
    struct Confines as "`isolation`" {
        /// What to do where the kernel cannot restrict the program.
        sandbox: Option<Sandbox>,
        /// The most memory that it and all it starts may use, such as `4 GiB`.
        memory: Option<Bytes<{ 32 << 20 }, { 1 << 50 }>>,
        /// The longest that one run may take, such as `20 m`.
        time: Option<Duration>,
        /// Whether it may use the network.
        network: bool = false,
        /// Files and folders that it may read beyond the system's, its own and the pipeline's.
        read: Option<Vec<Spanned<Printable>>>,
        /// Files, folders and devices that it may write beyond its scratch folder.
        write: Option<Vec<Spanned<Printable>>>,
    }
}

/// One argument as it is written: a number is taken as its digits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Argument(pub(crate) String);

const LONGEST_ARGUMENT: usize = 64 * 1024;

impl Decode for Argument {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Scalar { text, plain } = &node.kind else {
            expected("text", node, sink);
            return None;
        };
        let problem = if *plain && classify(text) == Scalar::Null {
            "an argument is text, not nothing"
        } else if text.len() > LONGEST_ARGUMENT {
            "the argument is longer than 64 KiB"
        } else if text.contains('\0') {
            "an argument cannot hold the character 0"
        } else {
            return Some(Self(text.clone()));
        };
        let help = Some("write \"\" for an empty argument").filter(|_| text.len() < 5);
        sink.push(Diagnostic::new(Code::Value, node.span, problem).help(help));
        None
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"type": ["string", "number", "boolean"], "maxLength": LONGEST_ARGUMENT})
    }
}

const DIRECTIONS: [(&str, Direction); 2] =
    [("maximize", Direction::Maximize), ("minimize", Direction::Minimize)];

impl Decode for Direction {
    fn decode(node: &Node, sink: &mut Sink) -> Option<Self> {
        let Kind::Scalar { text, .. } = &node.kind else {
            expected("`maximize` or `minimize`", node, sink);
            return None;
        };
        let found = DIRECTIONS.into_iter().find(|(word, _)| word == text);
        if found.is_none() {
            let message = format!("there is no direction {}", quote(text));
            let words = DIRECTIONS.map(|(word, _)| word);
            sink.push(
                Diagnostic::new(Code::UnknownName, node.span, message)
                    .help(suggest::help(text, words)),
            );
        }
        found.map(|(_, direction)| direction)
    }

    fn schema(_: &Catalog<'_>) -> Value {
        json!({"enum": DIRECTIONS.map(|(word, _)| word)})
    }
}
