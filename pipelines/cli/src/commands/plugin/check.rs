//! `surmise plugin check`: whether a plugin keeps the rules.

use std::io::Write;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use surmise_plugin_check::{self as checks, Check, Plugin, Report, Settings, Status, suite};
use surmise_report as report;

use super::{junit, locate};
use crate::args::plugin::CheckPlugin;
use crate::exit::{Exit, Failure, Result};
use crate::print;

pub(crate) fn check(args: &CheckPlugin) -> Result<()> {
    let select = |check: &Check| is_selected(args, check);
    if !checks::all().any(select) {
        let hint = "`surmise plugin check --list` lists them";
        return Err(Failure::message(Exit::Usage, "no check has such a name").hint(hint));
    }
    if args.list {
        list(args);
        return Ok(());
    }
    let path = locate(args.plugin.as_deref().unwrap_or_default())?;
    let junit = args.junit.as_deref().map(junit::create).transpose()?;
    let program = std::env::current_exe()?;
    let command = || {
        let mut command = Command::new(&program);
        command.args(["plugin", "check-one"]);
        command
    };
    let settings = Settings {
        plugin: path.clone(),
        select: &select,
        limit: Duration::from_secs(args.timeout),
        seed: args.seed,
        rounds: args.fuzz,
        reproduce: args.reproduce,
        valgrind: args.valgrind,
        n_at_once: std::thread::available_parallelism().map_or(1, NonZero::get),
        command: (!args.in_process).then_some(&command),
    };
    let plugin = suite::describe(&settings)?;
    if !args.json {
        print::line(&heading(&path, &plugin));
    }
    let mut made = Vec::new();
    suite::run(&settings, &plugin, &mut |report| {
        tell(args, &plugin, &report);
        made.push(report);
    })?;
    if let Some(mut file) = junit {
        file.write_all(junit::document(&path, &plugin, &made).as_bytes())?;
    }
    conclude(args, &plugin, &made)
}

fn is_selected(args: &CheckPlugin, check: &Check) -> bool {
    if args.reproduce.is_some() {
        return check.id.starts_with("fuzz.");
    }
    let matches = |regex: &regex::Regex| regex.is_match(check.id);
    args.only.as_ref().is_none_or(matches) && !args.skip.as_ref().is_some_and(matches)
}

fn list(args: &CheckPlugin) {
    let chosen = checks::all().filter(|check| is_selected(args, check));
    if args.json {
        for check in chosen {
            let line = json!({ "event": "check", "check": check.id, "what": check.what });
            print::line(&line.to_string());
        }
        return;
    }
    let rows: Vec<_> = chosen.map(|check| vec![check.id.into(), check.what.into()]).collect();
    print::text(&report::table(&["check", "passes if"].map(String::from), &rows));
}

fn heading(path: &Path, plugin: &Plugin) -> String {
    let models = match plugin.models.as_slice() {
        [one] => format!("model {one}"),
        several => format!("models {}", several.join(", ")),
    };
    match &plugin.name {
        Some((name, version)) => format!("{name} {version} ({models}): {}", path.display()),
        None => format!("{}: the host does not load it", path.display()),
    }
}

fn tell(args: &CheckPlugin, plugin: &Plugin, made: &Report) {
    let Report { check, model, outcome, output, .. } = made;
    if args.only_failed && !matches!(outcome.status, Status::Fail | Status::Warn) {
        return;
    }
    if args.json {
        let line = json!({
            "event": "check",
            "check": check.id,
            "model": model,
            "status": outcome.status,
            "why": (!outcome.why.is_empty()).then_some(&outcome.why),
            "output": output,
        });
        return print::line(&line.to_string());
    }
    let model = model.as_ref().filter(|_| 1 < plugin.models.len());
    let name = model.map_or(check.id.to_owned(), |model| format!("{} {model}", check.id));
    let told = if outcome.why.is_empty() { check.what } else { &outcome.why };
    print::line(&format!("{}  {name:24}  {told}", outcome.status.as_str()));
    for line in output {
        print::line(&format!("      | {line}"));
    }
}

fn conclude(args: &CheckPlugin, plugin: &Plugin, made: &[Report]) -> Result<()> {
    let count = |status| suite::count(made, status);
    let (passed, failed) = (count(Status::Pass), count(Status::Fail));
    let (warned, skipped) = (count(Status::Warn), count(Status::Skip));
    if args.json {
        let line = json!({
            "event": "summary", "pass": passed, "warn": warned, "fail": failed, "skip": skipped,
            "seed": args.seed,
        });
        print::line(&line.to_string());
    } else {
        print::line(&format!(
            "{passed} passed, {warned} warned, {failed} failed, {skipped} skipped (seed {})",
            args.seed
        ));
    }
    // Of one that is not loaded most was not checked.
    match failed == 0 && plugin.name.is_some() {
        true => Ok(()),
        false => Err(Failure::silent(Exit::Check)),
    }
}
