//! Epochs of training networks: by the loop that a pipeline uses, in single precision, with Adam.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use surmise_engine::training::{Loop, sections};
use surmise_plugin_host::training::{Rows as Given, Trainer, Training};
use surmise_plugin_host::{FitOptions, Model, Target, Verdict};

use crate::data::Rows;
use crate::measure::Clock;

/// The least seconds of epochs after the first, in batches of so many rows, and their losses.
pub(crate) fn epochs(
    model: &Model,
    params: &Map<String, Value>,
    rows: &Rows,
    (size, repeats): (usize, usize),
    options: FitOptions,
) -> ([f64; 2], Vec<f64>) {
    let params = model.info().component.resolve(params).expect("hyperparameters");
    let settings = settings(1 + repeats, size);
    let train = Given {
        n_features: rows.n_features,
        x: Cow::Borrowed(&rows.x),
        target: Target::Classes { codes: &rows.codes, names: &rows.names },
        weights: None,
    };
    let training =
        Training { params: &params, settings: &settings, train, validation: None, options };
    let (mut least, mut losses, mut clock) = ([f64::INFINITY; 2], Vec::new(), None::<Clock>);
    let mut watch = |report: surmise_plugin_host::Report| {
        if let Some(clock) = &clock {
            let seconds = clock.seconds();
            least = [least[0].min(seconds[0]), least[1].min(seconds[1])];
        }
        let loss = report.metrics.iter().find(|(name, _)| name == "train_loss").expect("a loss");
        losses.push(loss.1);
        clock = Some(Clock::start());
        Verdict::Continue
    };
    Loop { metrics: &[] }.train(model, &training, &mut watch).expect("rows that can be trained on");
    (least, losses)
}

/// Complete settings: Adam at its defaults, so many epochs, batches of so many rows.
fn settings(n_epochs: usize, size: usize) -> Map<String, Value> {
    let mut settings = Map::new();
    for (path, component) in sections(&[]) {
        let own = match path.as_str() {
            "training" => json!({ "epochs": n_epochs }),
            "training.optimizer" => json!({ "type": "adam", "learning_rate": 1e-3 }),
            "training.batch" => json!({ "size": size }),
            _ => json!({}),
        };
        let own = component.resolve(own.as_object().expect("settings")).expect("sound settings");
        match path.strip_prefix("training.") {
            None => settings.extend(own),
            Some(key) => drop(settings.insert(key.to_owned(), own.into())),
        }
    }
    settings
}
