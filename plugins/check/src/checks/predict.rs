//! Predicting: usable numbers, and refusals of what cannot be predicted.

use surmise_core::component::Task;
use surmise_plugin_abi as abi;

use super::Check;
use crate::data::Data;
use crate::doing;
use crate::outcome::{Verdict, fail, skip, warn};
use crate::raw::{Instance, Placement, Refusal, View};
use crate::subject::{Subject, near, orderly, same};

pub(super) const CHECKS: &[Check] = &[
    Check::model(
        "predict.usable",
        "outputs are written, finite, and classes or probabilities",
        usable,
    ),
    Check::model("predict.rows", "a row alone is predicted as it is among others", rows),
    Check::model("predict.empty", "no rows are predicted as nothing", empty),
    Check::model("predict.twice", "predicting changes nothing", twice),
    Check::model("predict.agrees", "the class is the one of the largest probability", agrees),
    Check::model("predict.unfitted", "before a fit it answers E_NOT_FITTED", unfitted),
    Check::model("predict.width", "another number of features is refused", width),
    Check::model("predict.room", "an output of another length is refused", room),
    Check::model("predict.kinds", "what it does not predict is refused", kinds),
    Check::model("predict.instances", "instances do not disturb each other", instances),
    Check::model("predict.importance", "it tells an importance for each feature", importance),
];

fn usable(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        subject.predicted(&mut subject.fitted(&data)?, &data)?;
    }
    Ok(())
}

fn rows(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        for (kind, width) in subject.kinds(&mut instance, &data) {
            let all = predict(&mut instance, &data, kind, width)?;
            for i in 0..data.n_rows {
                let one = predict(&mut instance, &data.at(&[i]), kind, width)?;
                let among = &all[i * width..][..width];
                let what = format!("row {i} alone");
                match subject.repeats() {
                    Ok(()) => same(&what, &one, among)?,
                    Err(_) => near(&what, &one, among, 1e-6)?,
                }
            }
        }
    }
    Ok(())
}

fn predict(instance: &mut Instance, data: &Data, kind: u32, width: usize) -> Verdict<Vec<f64>> {
    let view = View::features(data, Placement::Packed)?;
    Ok(instance.predict(&view, kind, data.n_rows * width)?)
}

fn empty(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        for (kind, width) in subject.kinds(&mut instance, &data) {
            predict(&mut instance, &data.at(&[]), kind, width)?;
        }
    }
    Ok(())
}

fn twice(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        let saves = subject.info.save;
        let before = if saves { subject.state(&mut instance)? } else { Vec::new() };
        let first = subject.predicted(&mut instance, &data)?;
        let second = subject.predicted(&mut instance, &data)?;
        same("predicted a second time", &second, &first)?;
        if saves && subject.state(&mut instance)? != before {
            return fail("predicting changes the state that is saved");
        }
    }
    Ok(())
}

/// Not a rule: some models decide otherwise than they estimate probabilities.
fn agrees(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.needs("predict_proba")?;
    for data in subject.easy().iter().filter(|data| data.task() == Task::Classification) {
        let mut instance = subject.fitted(data)?;
        let kinds = subject.kinds(&mut instance, data);
        if kinds.iter().all(|(kind, _)| *kind != abi::PREDICT_PROBA) {
            return skip("it gives no probabilities with its default hyperparameters");
        }
        let codes = predict(&mut instance, data, abi::PREDICT_VALUE, 1)?;
        let n = data.n_classes();
        let proba = predict(&mut instance, data, abi::PREDICT_PROBA, n)?;
        for (i, (code, row)) in codes.iter().zip(proba.chunks_exact(n)).enumerate() {
            let largest = row.iter().copied().fold(0.0, f64::max);
            if row.get(*code as usize).is_none_or(|p| *p < largest) {
                return warn(format!("row {i} is predicted as class {code}, but has {row:?}"));
            }
        }
    }
    Ok(())
}

fn unfitted(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let view = View::features(&data, Placement::Packed)?;
        match subject.create()?.predict(&view, abi::PREDICT_VALUE, data.n_rows) {
            Ok(_) => return fail("it predicts before it was fitted"),
            Err(refusal) if refusal.status == abi::E_NOT_FITTED => {}
            Err(refusal) => orderly(refusal.clone())
                .and_then(|()| warn(format!("{refusal}; E_NOT_FITTED is expected")))?,
        }
    }
    Ok(())
}

fn width(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        let narrow = data.with_rows(|row| row[..2].to_vec());
        let wide = data.with_rows(|row| [row, row].concat());
        for other in [narrow, wide] {
            let told = format!("{} features instead of {}", other.n_features, data.n_features);
            doing::with(&told);
            let view = View::features(&other, Placement::Packed)?;
            expect_refusal(&told, instance.predict(&view, abi::PREDICT_VALUE, other.n_rows))?;
        }
    }
    Ok(())
}

fn room(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        let view = View::features(&data, Placement::Packed)?;
        for (kind, width) in subject.kinds(&mut instance, &data) {
            let n = data.n_rows * width;
            for len in [0, 1, n - 1, n + 1] {
                let told = format!("an output of {len} values instead of {n}");
                doing::with(&told);
                expect_refusal(&told, instance.predict(&view, kind, len))?;
            }
        }
    }
    Ok(())
}

fn kinds(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        let view = View::features(&data, Placement::Packed)?;
        let known = subject.kinds(&mut instance, &data);
        let all = [0, abi::PREDICT_PROBA, abi::PREDICT_DECISION, 99, u32::MAX];
        for kind in all.into_iter().filter(|kind| known.iter().all(|(known, _)| known != kind)) {
            let told = format!("the kind {kind} of a {}", data.task());
            doing::with(&told);
            expect_refusal(&told, instance.predict(&view, kind, data.n_rows))?;
        }
    }
    Ok(())
}

/// Insists on a refusal that leaves the instance usable.
fn expect_refusal(told: &str, outcome: Result<Vec<f64>, Refusal>) -> Verdict {
    match outcome {
        Ok(_) => fail(format!("{told} is answered with success")),
        Err(refusal) => orderly(refusal),
    }
}

fn instances(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.repeats()?;
    for data in subject.easy() {
        let half = data.at(&(0..data.n_rows / 2).collect::<Vec<_>>());
        let expected =
            [&data, &half].map(|train| subject.predicted(&mut subject.fitted(train)?, &data));
        let [first, second] = expected;
        let expected = [first?, second?];
        let found = match subject.info.parallel_instances {
            true => at_once(subject, [&data, &half], &data)?,
            false => in_turns(subject, [&data, &half], &data)?,
        };
        for (found, expected) in found.iter().zip(&expected) {
            same("beside another instance", found, expected)?;
        }
    }
    Ok(())
}

fn at_once(subject: &Subject, train: [&Data; 2], data: &Data) -> Verdict<[Vec<f64>; 2]> {
    std::thread::scope(|scope| {
        let [a, b] = train
            .map(|train| scope.spawn(move || subject.predicted(&mut subject.fitted(train)?, data)));
        let joined = |outcome: std::thread::Result<_>| {
            outcome.unwrap_or_else(|_| fail("the check itself panicked"))
        };
        Ok([joined(a.join())?, joined(b.join())?])
    })
}

fn in_turns(subject: &Subject, train: [&Data; 2], data: &Data) -> Verdict<[Vec<f64>; 2]> {
    let [a, b] = train;
    let (mut a, mut b) = (subject.fitted(a)?, subject.fitted(b)?);
    let first = subject.predicted(&mut a, data)?;
    Ok([first, subject.predicted(&mut b, data)?])
}

fn importance(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    if !subject.info.importance {
        return skip("the model does not have the cap `importance`");
    }
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        let Some(told) = instance.importance(data.n_features) else {
            return fail("it has no table for surmise.importance/1");
        };
        let told = told?;
        if let Some(i) = told.iter().position(|value| !value.is_finite() || *value < 0.0) {
            return fail(format!("feature {i} has the importance {}", told[i]));
        }
        if let Some(Ok(_)) = instance.importance(data.n_features + 1) {
            return fail("an output for one feature too many is answered with success");
        }
    }
    Ok(())
}
