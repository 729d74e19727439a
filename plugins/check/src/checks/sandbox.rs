//! Where a host runs models: in a worker, restricted.

use std::path::Path;

use surmise_plugin_abi as abi;
use surmise_plugin_host::{
    Binary, Facts, FitOptions, FittedModel, Isolation, OwnedTable, OwnedTarget, Policy,
    PredictKind, Runner, Workers,
};

use super::Check;
use crate::data::{Data, Target};
use crate::outcome::{Verdict, skip};
use crate::settings;
use crate::subject::{PLAIN, Subject, near, same};

pub(super) const CHECKS: &[Check] = &[Check::model(
    "sandbox.default",
    "in a worker, restricted as hosts do by default, it does the same",
    default,
)];

fn default(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let scratch = tempfile::tempdir().map_err(|e| e.to_string())?;
    let runner = runner(subject, scratch.path())?;
    for data in subject.easy() {
        let expected = subject.predicted(&mut subject.fitted(&data)?, &data)?;
        for (whose, found) in lived(subject, &runner, &data)? {
            let what = format!("{whose} in a worker");
            match subject.repeats() {
                Ok(()) => same(&what, &found, &expected)?,
                Err(_) => near(&what, &found, &expected, 0.5)?,
            }
        }
    }
    match runner.level() {
        Some(level) if level.is_full() => Ok(()),
        _ => skip(format!("this kernel restricts workers in part only: {}", runner.isolation())),
    }
}

fn runner(subject: &Subject, scratch: &Path) -> Verdict<Runner> {
    let path = subject.host_model.library().path();
    // That it needs others is told by another check.
    let libraries = Facts::read(path)?.elf.map_or_else(Vec::new, |elf| elf.needed);
    let workers = Workers {
        sandbox: Policy::default(),
        memory_bytes: None,
        time: None,
        libraries,
        scratch: scratch.to_owned(),
        program: None,
    };
    let binary = Binary::open(path)?;
    let model = &subject.info.component.name;
    Ok(Runner::open(binary, Some(model), &Isolation::Workers(workers))?)
}

/// What a model that was fitted predicts there, and one that was saved and loaded.
fn lived(
    subject: &Subject,
    runner: &Runner,
    data: &Data,
) -> Verdict<Vec<(&'static str, Vec<f64>)>> {
    let session = runner.session(None);
    let train = runner.share(table(data))?;
    let options = FitOptions { seed: PLAIN.seed, n_threads: 1 };
    let params = settings::given(&subject.info.component);
    let go_on = &mut |_| surmise_plugin_host::Verdict::Continue;
    let mut fitted = session.fit(&params, &train, options, go_on)?;
    let mut all = vec![("a fitted model", predicted(subject, runner, &mut fitted, data)?)];
    if subject.info.save {
        let mut loaded = session.load(&fitted.save()?)?;
        all.push(("a loaded model", predicted(subject, runner, &mut loaded, data)?));
    }
    Ok(all)
}

fn predicted(
    subject: &Subject,
    runner: &Runner,
    model: &mut FittedModel<'_, '_>,
    data: &Data,
) -> Verdict<Vec<f64>> {
    let rows = runner.share(OwnedTable { target: None, ..table(data) })?;
    let mut all = Vec::new();
    for (kind, _) in subject.kinds(&mut subject.fitted(data)?, data) {
        let kind = match kind {
            abi::PREDICT_PROBA => PredictKind::Proba,
            abi::PREDICT_DECISION => PredictKind::Decision,
            _ => PredictKind::Value,
        };
        all.extend(model.predict(&rows, kind)?);
    }
    Ok(all)
}

fn table(data: &Data) -> OwnedTable {
    let target = match &data.target {
        Target::Values(values) => OwnedTarget::Values(values.clone()),
        Target::Classes { codes, n_classes } => OwnedTarget::Classes {
            codes: codes.clone(),
            names: (0..*n_classes).map(|code| format!("class {code}")).collect(),
        },
    };
    OwnedTable {
        n_rows: data.n_rows,
        n_features: data.n_features,
        values: data.x.clone(),
        target: Some(target),
        ..OwnedTable::default()
    }
}
