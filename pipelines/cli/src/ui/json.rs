//! One JSON object a line: every event once it is stored, with its number in the log.

use serde_json::json;
use surmise_core::event::Event;
use surmise_core::history::History;
use surmise_engine::recorder::Observer;
use surmise_report as report;

use super::{Display, Run};
use crate::print::line;

/// Counts the events of the log, so that a line can be found there again.
#[derive(Default)]
pub(super) struct Lines {
    seq: u64,
}

impl Observer for Lines {
    fn notice(&mut self, event: &Event, _: &History) {
        let mut object = report::event_json(Some(event));
        object["seq"] = self.seq.into();
        self.seq += 1;
        line(&object.to_string());
    }
}

impl Display for Lines {
    fn begin(&mut self, run: &Run<'_>, history: &History) {
        self.seq = run.events_before;
        let begin = json!({
            "event": "run",
            "run": run.folder.name(),
            "path": run.folder.shown(),
            "resumed": run.resumed,
            "seq": run.events_before,
            "folds": run.table.as_ref().map(|table| table.folds),
            "rows": run.table.as_ref().map(|table| table.rows),
            "features": run.table.as_ref().map(|table| table.features),
            "isolation": run.isolation,
            "study": history.study(),
        });
        line(&begin.to_string());
    }

    fn end(&mut self) {}
}
