//! The results of `surmise plugin check` as JUnit XML: a suite, a case for each check of a model.

use std::fmt::Write;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use surmise_plugin_check::{Plugin, Report, Status, suite};

use crate::exit::{Exit, Failure, Result};

/// Makes the file before anything is checked: its place may be a mistake.
pub(super) fn create(path: &Path) -> Result<File> {
    File::create(path).map_err(|e| {
        Failure::message(Exit::Usage, format!("cannot write {}: {e}", path.display()))
            .hint("`--junit` names a file in a folder that is there")
    })
}

/// The whole document. What is a warning has passed, and says so in `system-out`.
pub(super) fn document(path: &Path, plugin: &Plugin, made: &[Report]) -> String {
    let name = match &plugin.name {
        Some((id, version)) => format!("{id} {version}"),
        None => path.display().to_string(),
    };
    let counts = format!(
        r#"tests="{}" failures="{}" errors="0" skipped="{}" time="{}""#,
        made.len(),
        suite::count(made, Status::Fail),
        suite::count(made, Status::Skip),
        seconds(made.iter().map(|report| report.took).sum()),
    );
    let cases: String = made.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"surmise plugin check\" {counts}>\n  \
         <testsuite name=\"{}\" {counts}>\n{cases}  </testsuite>\n</testsuites>\n",
        escaped(&name)
    )
}

fn case(report: &Report) -> String {
    let Report { check, model, outcome, output, took } = report;
    let class = model.as_deref().unwrap_or("plugin");
    let mut text = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\">",
        escaped(class),
        escaped(check.id),
        seconds(*took)
    );
    let (why, output) = (escaped(&outcome.why), escaped(&output.join("\n")));
    // Writing to a string does not fail.
    let _ = match outcome.status {
        Status::Pass => Ok(()),
        Status::Warn => write!(text, "<system-out>warning: {why}</system-out>"),
        Status::Fail => write!(text, "<failure message=\"{why}\">{output}</failure>"),
        Status::Skip => write!(text, "<skipped message=\"{why}\"/>"),
    };
    text + "</testcase>\n"
}

fn seconds(took: Duration) -> String {
    format!("{:.3}", took.as_secs_f64())
}

/// For an attribute or between tags. What XML cannot hold at all is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use surmise_plugin_check::{Outcome, all};

    use super::*;

    #[test]
    fn every_status_is_told_and_every_text_escaped() {
        let report = |status, why: &str, output: &[&str]| Report {
            check: all().next().expect("a check"),
            model: Some("a<b".into()),
            outcome: Outcome { status, why: why.into() },
            output: output.iter().map(|line| (*line).to_owned()).collect(),
            took: Duration::from_millis(1500),
        };
        let made = [
            report(Status::Pass, "", &[]),
            report(Status::Warn, "slow", &[]),
            report(Status::Fail, "1 < \"2\" & more\u{1b}", &["]]>", "\u{ffff}"]),
            report(Status::Skip, "no such cap", &[]),
        ];
        let plugin = Plugin { name: Some(("mine".into(), "1.0.0".into())), models: vec![] };
        let text = document(Path::new("/x.so"), &plugin, &made);
        let case = "<testcase classname=\"a&lt;b\" name=\"static.library\" time=\"1.500\">";
        let counts = r#"tests="4" failures="1" errors="0" skipped="1" time="6.000""#;
        assert_eq!(
            text,
            format!(
                r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="surmise plugin check" {counts}>
  <testsuite name="mine 1.0.0" {counts}>
    {case}</testcase>
    {case}<system-out>warning: slow</system-out></testcase>
    {case}<failure message="1 &lt; &quot;2&quot; &amp; more�">]]&gt;
�</failure></testcase>
    {case}<skipped message="no such cap"/></testcase>
  </testsuite>
</testsuites>
"#
            )
        );
    }
}
