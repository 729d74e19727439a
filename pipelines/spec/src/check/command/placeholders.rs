//! What the placeholders of a command stand for.

use std::collections::BTreeSet;

use surmise_core::suggest;

use super::super::parts;
use super::super::search::Searched;
use crate::command::{Own, Part, Raw, Template, cut};
use crate::decode::Spanned;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::document::Argument;
use crate::path::{self, PARAMS, Target};
use crate::source::Span;
use crate::text::quote;
use crate::tree::{Kind, Node};

/// The command's arguments; `None` after noting every placeholder that means nothing, and every
/// searched parameter that the command would not see.
pub(super) fn check(
    command: &Spanned<Vec<Spanned<Argument>>>,
    model: &parts::Part,
    searched: Option<&Searched<'_>>,
    root: &Node,
    sink: &mut Sink,
) -> Option<Vec<Template>> {
    let names = Names { model, searched, root };
    let Some(program) = command.value.first() else {
        let message = "the command is empty: it begins with a program";
        sink.push(Diagnostic::new(Code::Value, command.span, message));
        return None;
    };
    let templates: Vec<Option<Template>> =
        command.value.iter().map(|argument| names.template(argument, sink)).collect();
    let templates: Vec<Template> = templates.into_iter().collect::<Option<_>>()?;
    if program.value.0.is_empty() || templates[0].constant().is_none() {
        let message = "the program is one for all trials: it has no placeholders and a name";
        let help = Some("let a script choose, and pass the choice to it as an argument");
        sink.push(Diagnostic::new(Code::Value, program.span, message).help(help));
        return None;
    }
    check_all_used(&templates, searched, sink);
    Some(templates)
}

/// A command that names some parameters and not others has forgotten those; one that names none
/// reads them from its environment or from its file.
fn check_all_used(templates: &[Template], searched: Option<&Searched<'_>>, sink: &mut Sink) {
    let parts = || templates.iter().flat_map(|template| &template.0);
    let used: BTreeSet<&str> = parts()
        .filter_map(|part| match part {
            Part::Param(name) => Some(name.as_str()),
            Part::Text(_) | Part::Own(_) => None,
        })
        .collect();
    if used.is_empty() || parts().any(|part| *part == Part::Own(Own::Params)) {
        return;
    }
    for path in searched.iter().flat_map(|searched| &searched.paths) {
        if let Some(Target::Setting { part: PARAMS, name }) =
            path.target.filter(|_| path.domain.is_some())
            && !used.contains(name)
        {
            let message = format!("the command does not use {}", quote(&path.text.path.text));
            let help = format!(
                "add an argument such as \"--{name}={{{name}}}\"; or pass `{{params}}`, a file with \
                 all parameters as JSON"
            );
            let diagnostic = Diagnostic::new(Code::Mismatch, path.text.path.span, message);
            sink.push(diagnostic.label("searched for nothing").help(Some(help)));
        }
    }
}

/// All that a placeholder may name.
struct Names<'a> {
    model: &'a parts::Part,
    searched: Option<&'a Searched<'a>>,
    root: &'a Node,
}

impl Names<'_> {
    fn template(&self, argument: &Spanned<Argument>, sink: &mut Sink) -> Option<Template> {
        let raw = match cut(&argument.value.0) {
            Ok(raw) => raw,
            Err(problem) => {
                let message = format!("the argument {} {problem}", quote(&argument.value.0));
                let help = Some("write `{{` and `}}` for braces that are meant as such");
                sink.push(Diagnostic::new(Code::Value, argument.span, message).help(help));
                return None;
            }
        };
        let part = |raw: Raw<'_>| match raw {
            Raw::Text(text) => Some(Part::Text(text)),
            Raw::Name(name) => self.part(name, argument.span, sink),
        };
        // Collected before it is judged, so that every placeholder is checked.
        let parts: Vec<Option<Part>> = raw.into_iter().map(part).collect();
        parts.into_iter().collect::<Option<_>>().map(Template)
    }

    fn part(&self, name: &str, span: Span, sink: &mut Sink) -> Option<Part> {
        if let Some(Target::Setting { part: PARAMS, name: param }) = Target::parse(name) {
            return match self.is_param(param) {
                true => self.param(param, span, sink),
                false => self.unknown(name, span, sink),
            };
        }
        let own = Own::named(name);
        let of_file = own.is_none().then(|| self.of_file(name)).flatten();
        match (self.is_param(name), own, of_file) {
            (true, None, None) => self.param(name, span, sink),
            (true, _, _) => {
                let message = format!("the placeholder {} means two things", quote(name));
                let help = format!("write `{{{}}}` for the parameter", path::join(PARAMS, name));
                sink.push(Diagnostic::new(Code::Duplicate, span, message).help(Some(help)));
                None
            }
            (false, Some(own), _) => Some(Part::Own(own)),
            (false, None, Some(node)) => match &node.kind {
                Kind::Scalar { text, .. } => Some(Part::Text(text.clone())),
                _ => {
                    let message =
                        format!("{} is {}, not a single value", quote(name), node.describe());
                    sink.push(Diagnostic::new(Code::Type, span, message));
                    None
                }
            },
            (false, None, None) => self.unknown(name, span, sink),
        }
    }

    /// A parameter that has a value in every trial.
    fn param(&self, name: &str, span: Span, sink: &mut Sink) -> Option<Part> {
        let searched = self.searched.and_then(|searched| searched.get(&path::join(PARAMS, name)));
        let when = searched.and_then(|path| path.text.domain.0.as_ref()?.when());
        if let Some(when) = when.filter(|_| !self.model.written.contains_key(name)) {
            let message = format!(
                "{} has no value where {} keeps it from taking part",
                quote(name),
                quote(&when.path.text)
            );
            let help = format!("write a value for those trials under `model.params`: `{name}: …`");
            sink.push(Diagnostic::new(Code::Missing, span, message).help(Some(help)));
            return None;
        }
        Some(Part::Param(name.to_owned()))
    }

    fn unknown(&self, name: &str, span: Span, sink: &mut Sink) -> Option<Part> {
        let message = format!("there is nothing that {} stands for", quote(&format!("{{{name}}}")));
        let params = self.params();
        let mut known: Vec<String> = params.iter().map(|name| (*name).to_owned()).collect();
        known.extend(Own::ALL.map(|(name, _)| name.to_owned()));
        known.extend(params.iter().map(|name| path::join(PARAMS, name)));
        let help = suggest::help(name, known.iter().map(String::as_str)).map(|help| {
            format!("{help}; for braces that are meant as such write `{{{{` and `}}}}`")
        });
        sink.push(Diagnostic::new(Code::UnknownName, span, message).help(help));
        None
    }

    fn params(&self) -> Vec<&str> {
        let settings = self.model.component.iter().flat_map(|component| &component.settings);
        settings.map(|setting| setting.name.as_str()).collect()
    }

    fn is_param(&self, name: &str) -> bool {
        self.params().contains(&name)
    }

    /// The value of the file at a dotted path.
    fn of_file(&self, path: &str) -> Option<&Node> {
        self.root.find(path)
    }
}
