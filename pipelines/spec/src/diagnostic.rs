//! What is wrong with a pipeline file: every problem, each with its place.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::render;
use crate::source::{Source, Span};
use crate::text::escape;

/// The kind of a problem, for programs that read diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// Not YAML, or YAML that is refused: tags, a second document, a key that is no text.
    Syntax,
    /// Larger or deeper than a stated limit.
    Limit,
    /// The same key, name or path twice.
    Duplicate,
    /// A key that the format does not have.
    UnknownKey,
    /// A key or name of the format that this version does not have yet.
    NotYet,
    /// A required key that is not there.
    Missing,
    /// A value of the wrong type.
    Type,
    /// A value of the right type that is not allowed.
    Value,
    /// A stage, sampler, metric, setting or path that does not exist.
    UnknownName,
    /// A search space that makes no sense.
    Space,
    /// Parts that do not go together, such as a metric and a task.
    Mismatch,
    /// What the model plugin says.
    Plugin,
    /// Data that is not there, cannot be read, or does not do what is asked of it.
    Data,
    /// What else came up after the file was read.
    Run,
}

/// One problem and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub(crate) span: Span,
    code: Code,
    message: String,
    label: String,
    help: Option<String>,
}

/// At least one problem, sorted by place.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    sources: Arc<[Source]>,
    items: Vec<Diagnostic>,
    omitted: usize,
}

/// Collects problems while a document is read.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    items: Vec<Diagnostic>,
    omitted: usize,
    /// The keys that lead to what is being read.
    place: Vec<&'static str>,
}

/// More are counted but not kept: nobody reads them, and a hostile file could have thousands.
const MOST: usize = 100;

impl Code {
    /// The code as it is written in brackets.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Limit => "limit",
            Self::Duplicate => "duplicate",
            Self::UnknownKey => "unknown-key",
            Self::NotYet => "not-yet",
            Self::Missing => "missing",
            Self::Type => "type",
            Self::Value => "value",
            Self::UnknownName => "unknown-name",
            Self::Space => "space",
            Self::Mismatch => "mismatch",
            Self::Plugin => "plugin",
            Self::Data => "data",
            Self::Run => "run",
        }
    }
}

impl Diagnostic {
    pub(crate) fn new(code: Code, span: Span, message: impl AsRef<str>) -> Self {
        Self { span, code, message: escape(message.as_ref()), label: String::new(), help: None }
    }

    /// What to say right below the underlined text.
    pub(crate) fn label(mut self, label: impl AsRef<str>) -> Self {
        self.label = escape(label.as_ref());
        self
    }

    /// What to do about it.
    pub(crate) fn help(mut self, help: Option<impl AsRef<str>>) -> Self {
        self.help = help.map(|h| escape(h.as_ref()));
        self
    }

    /// Its kind.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What stands below the underlined text; may be empty.
    #[must_use]
    pub fn label_text(&self) -> &str {
        &self.label
    }

    /// What to do about it.
    #[must_use]
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl Sink {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        // A value behind an anchor is read once for each alias and must not complain each time.
        if self.items.contains(&diagnostic) {
            return;
        }
        if self.items.len() < MOST {
            self.items.push(diagnostic);
        } else {
            self.omitted += 1;
        }
    }

    /// Reads what stands at a key.
    pub(crate) fn at<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.place.push(key);
        let value = read(self);
        self.place.pop();
        value
    }

    /// The path of what is being read, in backquotes: the subject of a sentence.
    pub(crate) fn place(&self) -> String {
        format!("`{}`", self.place.join("."))
    }

    /// All of them, sorted by place; `None` if there was no problem.
    pub(crate) fn finish(mut self, sources: Arc<[Source]>) -> Option<Diagnostics> {
        self.items.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
        (!self.items.is_empty()).then_some(Diagnostics {
            sources,
            items: self.items,
            omitted: self.omitted,
        })
    }
}

impl Diagnostics {
    /// A single problem.
    pub(crate) fn one(sources: Arc<[Source]>, diagnostic: Diagnostic) -> Self {
        Self { sources, items: vec![diagnostic], omitted: 0 }
    }

    /// The problems, by place.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// How many there are, those left out included.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always at least one")]
    pub fn len(&self) -> usize {
        self.items.len() + self.omitted
    }

    /// Every problem with file, line and column, the source line underlined, and what to do.
    /// `color` adds terminal colours; nothing from the file is passed on as a control character.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let mut text: String = self
            .items
            .iter()
            .map(|d| render::diagnostic(d, self.source_of(d), color) + "\n\n")
            .collect();
        text.push_str(&self.summary());
        text
    }

    /// The problems for programs: code, message, file, line and column counted from 1, help.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let entry = |d: &Diagnostic| {
            let source = self.source_of(d);
            let (line, column) = render::line_and_column(&source.text, d.span.start);
            json!({
                "code": d.code.as_str(),
                "message": d.message,
                "file": source.name,
                "line": line,
                "column": column,
                "label": d.label,
                "help": d.help,
            })
        };
        json!({
            "diagnostics": self.items.iter().map(entry).collect::<Vec<_>>(),
            "omitted": self.omitted,
        })
    }

    fn source_of(&self, diagnostic: &Diagnostic) -> &Source {
        &self.sources[diagnostic.span.source]
    }

    fn summary(&self) -> String {
        let name = &self.sources[0].name;
        match (self.len(), self.omitted) {
            (1, _) => format!("1 problem in {name}"),
            (n, 0) => format!("{n} problems in {name}"),
            (n, omitted) => format!("{n} problems in {name}, {omitted} of them not shown"),
        }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
