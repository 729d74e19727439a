//! `surmise plugin info`: what a plugin's file tells without any of its code running.

use std::path::Path;

use serde_json::json;
use surmise_plugin_host::Facts;
use surmise_plugin_host::facts::Elf;

use super::locate;
use crate::args::plugin::Info;
use crate::exit::{Exit, Failure, Result};
use crate::print;

pub(crate) fn info(args: &Info) -> Result<()> {
    let path = locate(&args.plugin)?;
    let facts = Facts::read(&path)?;
    if args.output.json {
        let mut line = json!({ "event": "plugin", "path": path });
        line["facts"] =
            serde_json::to_value(&facts).map_err(|e| Failure::new(Exit::Internal, e))?;
        print::line(&line.to_string());
    } else {
        for (what, told) in lines(&path, &facts) {
            print::line(&format!("{what:9} {told}"));
        }
    }
    match facts.obstacle() {
        None => Ok(()),
        Some(problem) => {
            Err(Failure::message(Exit::Plugin, format!("{}: {problem}", path.display())))
        }
    }
}

/// What is told, for people.
fn lines(path: &Path, facts: &Facts) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    match &facts.note {
        Some(note) => {
            lines.push(("plugin", format!("{} {}", note.name, note.version)));
            lines.push(("ABI", note.abi.clone()));
        }
        None => lines.push(("plugin", "its file has no note of its name and version".into())),
    }
    lines.push(("file", format!("{} ({} bytes)", path.display(), facts.bytes)));
    lines.push(("sha256", facts.sha256.clone()));
    if let Some(note) = &facts.note {
        let made = [("for", &note.target), ("by rustc", &note.rustc), ("with SDK", &note.sdk)];
        let made = made.iter().filter(|(_, with)| !with.is_empty());
        let made: Vec<String> = made.map(|(how, with)| format!("{how} {with}")).collect();
        if !made.is_empty() {
            lines.push(("built", made.join(" ")));
        }
    }
    if let Some(elf) = &facts.elf {
        lines.extend(elf_lines(elf));
    }
    lines
}

fn elf_lines(elf: &Elf) -> Vec<(&'static str, String)> {
    let list = |names: &[String]| match names.len() {
        0 => "nothing".to_owned(),
        1..=8 => names.join(", "),
        n => format!("{} and {} more", names[..8].join(", "), n - 8),
    };
    let kind = if elf.shared { "shared library" } else { "no shared library" };
    let mut lines = vec![("ELF", format!("{}, {kind}", elf.machine))];
    lines.push(("needs", list(&elf.needed)));
    let strangers = elf.strangers().join(", ");
    if !strangers.is_empty() {
        let how = format!("{strangers}, which need `isolation: {{ libraries: [{strangers}] }}`");
        lines.push(("of those", how));
    }
    if !elf.auditors.is_empty() {
        lines.push(("audits by", list(&elf.auditors)));
    }
    let cut = if elf.exports_cut { ", and more than can be told" } else { "" };
    lines.push(("exports", format!("{}{cut}", list(&elf.exports))));
    if !elf.run_path.is_empty() {
        lines.push(("searches", elf.run_path.join(", ")));
    }
    let state = |holds, yes, no| if holds { yes } else { no };
    let protection = [
        state(elf.relro, "read-only relocations", "writable relocations"),
        state(elf.bind_now, "bound at load", "bound lazily"),
        state(elf.executable_stack, "executable stack", "no executable stack"),
        state(elf.text_relocations, "writable code at load", "no writable code"),
        state(elf.unwind_tables, "unwind tables", "no unwind tables"),
    ];
    lines.push(("built as", protection.join(", ")));
    lines
}
