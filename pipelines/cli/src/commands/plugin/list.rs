//! `surmise plugin list`: the plugins that a pipeline file in this folder would find.

use std::path::Path;

use serde_json::json;
use surmise_plugin_host::facts::Facts;
use surmise_plugin_host::search::{self, Found};
use surmise_report as report;

use crate::args::plugin::List;
use crate::exit::Result;
use crate::pipeline_file::search_path;
use crate::print;

pub(crate) fn list(args: &List) -> Result<()> {
    let here = Path::new(".").canonicalize()?;
    let found = search::list(&here, &search_path());
    let read = |found: &Found| Facts::read(&found.path).map_err(|e| e.to_string());
    let listed: Vec<(Found, Result<Facts, String>)> =
        found.into_iter().map(|found| (read(&found), found)).map(|(f, found)| (found, f)).collect();
    if args.output.json {
        for (found, facts) in &listed {
            print::line(&line_json(found, facts));
        }
        return Ok(());
    }
    if listed.is_empty() {
        print::line("no plugins here; these places were searched:");
        for place in search::places(&here, &search_path()) {
            print::line(&format!("  {}", place.display()));
        }
        return Ok(());
    }
    let header = ["plugin", "version", "ABI", "file"].map(String::from);
    let rows: Vec<Vec<String>> = listed.iter().map(|(found, facts)| row(found, facts)).collect();
    print::text(&report::table(&header, &rows));
    Ok(())
}

fn row(found: &Found, facts: &Result<Facts, String>) -> Vec<String> {
    let note = facts.as_ref().ok().and_then(|facts| facts.note.as_ref());
    let problem = match facts {
        Err(_) => Some("unreadable".to_owned()),
        Ok(facts) => facts.obstacle(),
    };
    let mut file = found.path.display().to_string();
    for remark in
        problem.into_iter().chain(found.shadowed.then(|| "hidden by the one above".into()))
    {
        file += &format!(" ({remark})");
    }
    vec![
        found.name.clone(),
        note.map_or("–".into(), |note| note.version.clone()),
        note.map_or("–".into(), |note| note.abi.clone()),
        file,
    ]
}

fn line_json(found: &Found, facts: &Result<Facts, String>) -> String {
    let facts = facts.as_ref();
    let note = facts.ok().and_then(|facts| facts.note.as_ref());
    let problem = match facts {
        Err(problem) => Some(problem.clone()),
        Ok(facts) => facts.obstacle(),
    };
    let line = json!({
        "event": "plugin",
        "name": found.name,
        "path": found.path,
        "shadowed": found.shadowed,
        "version": note.map(|note| &note.version),
        "abi": note.map(|note| &note.abi),
        "sha256": facts.ok().map(|facts| &facts.sha256),
        "problem": problem,
    });
    line.to_string()
}
