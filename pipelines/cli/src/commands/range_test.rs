//! `surmise range-test`: how the loss goes while the learning rate grows.

use serde_json::json;
use surmise_core::seed::Seed;
use surmise_core::trial::Params;
use surmise_engine::training::{RangeCurve, RangeTest};
use surmise_report as report;

use crate::args;
use crate::exit::{Exit, Failure, Result};
use crate::experiment::{Experiment, PluginSubject, Subject};
use crate::pipeline_file::PipelineFile;
use crate::print;

/// How many lines people see of a curve, at most.
const LINES: usize = 25;

/// How long the bar of the highest loss is.
const WIDTH: f64 = 40.0;

pub(crate) fn range_test(args: &args::RangeTest) -> Result<()> {
    let file = PipelineFile::read(&args.pipeline.file, args.pipeline.overrides(), false, &[])?;
    let experiment = Experiment::prepare(&file, None)?;
    let Subject::Plugin(plugin) = &experiment.subject else {
        let message = "a command trains itself: only it knows its learning rate";
        return Err(Failure::message(Exit::Pipeline, message));
    };
    let args::RangeTest { lowest, highest, steps, smoothing, tolerance, .. } = *args;
    let test = RangeTest { lowest, highest, steps, smoothing, tolerance };
    let params = configuration(plugin)?;
    let seed = Seed::root(experiment.study.seed).child("range_test");
    let curve = plugin.objective.range_test(&params, test, seed);
    let curve = curve.map_err(|e| Failure::new(Exit::NoResult, e))?;
    if args.output.json {
        let line = json!({
            "event": "range_test",
            "name": experiment.name(),
            "params": params,
            "points": curve.points,
            "steepest": curve.steepest,
        });
        print::line(&line.to_string());
    } else {
        print::text(&text(&curve));
    }
    Ok(())
}

/// The configuration as the file writes it.
fn configuration(plugin: &PluginSubject) -> Result<Params> {
    let Some(search) = &plugin.spec.search else { return Ok(Params::default()) };
    search.first.clone().ok_or_else(|| {
        let message = "the file searches, and does not say which configuration is the first";
        let hint = "set what is searched, and take `search` away: --set search=null --set …";
        Failure::message(Exit::Pipeline, message).hint(hint)
    })
}

/// The curve with a bar for each loss, and what follows from it.
fn text(curve: &RangeCurve) -> String {
    let most = curve.points.iter().map(|(_, loss)| *loss).fold(0.0, f64::max);
    let every = curve.points.len().div_ceil(LINES).max(1);
    let row = |(rate, loss): &(f64, f64)| {
        let bar = "#".repeat((WIDTH * loss / most).clamp(0.0, WIDTH) as usize);
        vec![report::number(*rate), report::number(*loss), bar]
    };
    let rows: Vec<Vec<String>> = curve.points.iter().step_by(every).map(row).collect();
    let header = ["learning rate", "smoothed loss", ""].map(str::to_owned);
    let found = match curve.steepest {
        Some(rate) => {
            let (rate, tenth) = (format!("{rate:.1e}"), format!("{:.1e}", rate / 10.0));
            format!("The loss falls fastest around {rate}: try rates from {tenth} to {rate}.")
        }
        None => "The loss falls at no rate: try a wider range, or look at the data.".to_owned(),
    };
    format!("{}\n{found}\n", report::table(&header, &rows))
}
