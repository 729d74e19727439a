//! Verdicts as text or as JSON lines.

use serde_json::json;
use surmise_core::event::Event;
use surmise_engine::reproduce::{Difference, Verdict};
use surmise_report as report;

use crate::args::Output;
use crate::lock::Change;
use crate::print;

/// Says things to people or to programs.
pub(super) struct Out<'a> {
    pub(super) output: &'a Output,
}

impl Out<'_> {
    pub(super) fn tell(&self, text: &str, object: &serde_json::Value) {
        if self.output.json {
            print::line(&object.to_string());
        } else if !self.output.quiet {
            print::line(text);
        }
    }

    pub(super) fn changed(&self, change: &Change) {
        let what = change.what.to_string();
        self.tell(&change.text, &json!({ "event": "changed", "what": what, "text": change.text }));
    }

    pub(super) fn definition_differs(&self) {
        self.tell(
            "the study's definition differs",
            &json!({ "event": "verdict", "definition": "differs" }),
        );
    }

    pub(super) fn model_differs(&self) {
        self.tell(
            "model.bin is not the model that the log names; `surmise resume` makes it again",
            &json!({ "event": "verdict", "model": "differs" }),
        );
    }

    pub(super) fn verdict(&self, verdict: &Verdict) {
        let trial = verdict.trial;
        match &verdict.difference {
            None => self.tell(
                &format!("trial {trial}  identical"),
                &json!({ "event": "verdict", "trial": trial, "verdict": "identical" }),
            ),
            Some(difference) => self.tell(
                &format!("trial {trial}  differs{}", differs(difference)),
                &json!({
                    "event": "verdict",
                    "trial": trial,
                    "verdict": "differs",
                    "recorded": report::event_json(difference.recorded.as_ref()),
                    "now": report::event_json(difference.now.as_ref()),
                }),
            ),
        }
    }

    pub(super) fn refit(&self, difference: &Difference) {
        self.tell(
            &format!("refit  differs{}", differs(difference)),
            &json!({
                "event": "verdict",
                "refit": "differs",
                "recorded": report::event_json(difference.recorded.as_ref()),
                "now": report::event_json(difference.now.as_ref()),
            }),
        );
    }
}

/// The first event that came out otherwise, before and after.
fn differs(difference: &Difference) -> String {
    let show = |event: &Option<Event>| match event {
        Some(event) => report::event_json(Some(event)).to_string(),
        None => "nothing".into(),
    };
    format!("\n  recorded: {}\n  now:      {}", show(&difference.recorded), show(&difference.now))
}
