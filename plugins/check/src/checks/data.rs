//! Data at the edges. A model may refuse them in an orderly way; what it predicts must be usable.

use surmise_core::component::Task;
use surmise_plugin_abi as abi;

use super::Check;
use super::system::Room;
use crate::data::{Data, Target};
use crate::doing;
use crate::outcome::{Status, Verdict, skip};
use crate::process::Ended;
use crate::raw::{Answer, N_CATEGORIES, Placement, View};
use crate::subject::{PLAIN, Subject, fit_as, near, orderly, same};

pub(super) const CHECKS: &[Check] = &[
    Check::model("data.one_row", "it survives one row", |s| each(s, |data| data.at(&[0]))),
    Check::model("data.one_feature", "it survives one feature", |s| {
        each(s, |data| data.with_rows(|row| vec![row[0]]))
    }),
    Check::model("data.constant", "it survives features that are constant", |s| {
        each(s, |data| data.with_rows(|row| vec![row[0], 3.0, 0.0]))
    }),
    Check::model("data.constant_target", "it survives a target that is constant", constant_target),
    Check::model("data.collinear", "it survives features that depend on each other", |s| {
        each(s, |data| data.with_rows(|row| vec![row[0], row[0], -2.0 * row[0], row[1]]))
    }),
    Check::model("data.wide", "it survives more features than rows", |s| {
        each(s, |data| data.at(&[0, 1, 2, 3]).with_rows(|row| row.repeat(20)))
    }),
    Check::model("data.many_rows", "it survives a million rows of one feature", many_rows)
        .forgiving(&[(Ended::TimedOut, Status::Warn), (Ended::ABORTED, Status::Warn)]),
    Check::model("data.many_classes", "it survives 255 classes of one row each", many_classes),
    Check::model("data.absent_class", "it survives a class without rows", absent_class),
    Check::model("data.huge", "it survives values up to 1e300", |s| {
        each(s, |data| data.with_rows(|row| row.iter().map(|x| x * 1e300).collect()))
    }),
    Check::model("data.tiny", "it survives values that are subnormal", |s| {
        each(s, |data| data.with_rows(|row| row.iter().map(|x| x * 1e-310).collect()))
    }),
    Check::model("data.far", "it survives predicting far away from where it was fitted", far),
    Check::model("data.missing", "it takes missing values, as it claims", missing),
    Check::model("data.unseen_category", "it survives a category that it never saw", unseen),
    Check::model("data.padded", "it heeds the stride of rows and targets", padded),
    Check::model("data.read_only", "it does not write to its data", |s| {
        placed(s, Placement::ReadOnly)
    }),
    Check::model("data.bounds", "it reads nothing behind its data", |s| {
        placed(s, Placement::Guarded)
    }),
    Check::model("data.zero_weights", "rows of weight 0 count for nothing", zero_weights),
];

/// Tries the model on the easy data, changed.
fn each(subject: &Subject, change: impl Fn(&Data) -> Data) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        doing::with(data.task().to_string());
        subject.tried(&subject.defaults()?, &change(&data))?;
    }
    Ok(())
}

const N_MANY: usize = 1_000_000;
/// What a model of that many rows may need.
const MANY_BYTES: u64 = 4 << 30;

/// Told to stop at once: what counts is that nothing breaks.
fn many_rows(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    let _room = Room::of(MANY_BYTES)?;
    for task in &subject.info.tasks {
        doing::with(format!("{task} of {N_MANY} rows"));
        let data = Data::easy(*task, N_MANY, 1, &subject.seed);
        let mut instance = subject.create()?;
        let answer = Answer { verdict: abi::STOP, after: 0 };
        match fit_as(&mut instance, &data, Placement::Packed, 1, answer)?.0 {
            Ok(_) => drop(subject.outcome(&mut instance, &data.at(&[0, 1]))?),
            Err(refusal) => orderly(refusal)?,
        }
    }
    Ok(())
}

fn constant_target(subject: &Subject) -> Verdict {
    each(subject, |data| {
        let target = match &data.target {
            Target::Values(values) => Target::Values(vec![2.5; values.len()]),
            Target::Classes { codes, n_classes } => {
                Target::Classes { codes: vec![1; codes.len()], n_classes: *n_classes }
            }
        };
        Data { target, ..data.clone() }
    })
}

fn classifies(subject: &Subject) -> Verdict {
    match subject.info.tasks.contains(&Task::Classification) {
        true => subject.fits_itself(),
        false => skip("the model does no classification"),
    }
}

fn many_classes(subject: &Subject) -> Verdict {
    classifies(subject)?;
    let rows = subject.data(Task::Classification, 255, 3);
    let target = Target::Classes { codes: (0..255).collect(), n_classes: 255 };
    subject.tried(&subject.defaults()?, &Data { target, ..rows }).map(drop)
}

fn absent_class(subject: &Subject) -> Verdict {
    classifies(subject)?;
    let rows = subject.data(Task::Classification, 30, 3);
    let codes = (0..30).map(|i| 2 * (i % 2)).collect();
    let target = Target::Classes { codes, n_classes: 4 };
    subject.tried(&subject.defaults()?, &Data { target, ..rows }).map(drop)
}

/// An honest model may overflow, but must say so.
fn far(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let mut instance = subject.fitted(&data)?;
        for scale in [1e6, 1e100, 1e300, f64::MAX / 8.0] {
            doing::with(format!("rows scaled by {scale:e}"));
            let far = data.with_rows(|row| row.iter().map(|x| x * scale).collect());
            subject.outcome(&mut instance, &far)?;
        }
    }
    Ok(())
}

fn missing(subject: &Subject) -> Verdict {
    if !subject.info.missing {
        return skip("the model does not claim to take missing values");
    }
    each(subject, |data| {
        let mut data = data.clone();
        for i in (0..data.x.len()).step_by(4) {
            data.x[i] = f64::NAN;
        }
        // A column without any value, too.
        data.with_rows(|row| vec![row[0], row[1], f64::NAN])
    })
}

/// One that no row of the training data has, and one that was not in the dictionary.
fn unseen(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.takes("columns")?;
    for data in subject.easy() {
        let last = N_CATEGORIES as i32 - 1;
        let seen: Vec<i32> = (0..data.n_rows as i32).map(|i| i % last).collect();
        let train = View::train(&data, Placement::Packed)?.in_columns(&data, &seen);
        let mut instance = subject.create()?;
        instance.fit(PLAIN, &train, Answer::CONTINUE).0?;
        for unseen in [last, -1] {
            doing::with(format!("rows of the category {unseen}"));
            let rows = View::features(&data, Placement::Packed)?;
            let rows = rows.in_columns(&data, &vec![unseen; data.n_rows]);
            subject.outcome_of(&mut instance, &data, &rows)?;
        }
    }
    Ok(())
}

fn padded(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let expected = subject.predicted(&mut subject.fitted(&data)?, &data)?;
        let mut instance = subject.create()?;
        fit_as(&mut instance, &data, Placement::Padded(2), 1, Answer::CONTINUE)?.0?;
        let found = subject.predicted(&mut instance, &data)?;
        compare(subject, "fitted to rows with padding", &found, &expected)?;
        let found = subject.predicted_as(&mut instance, &data, Placement::Padded(3))?;
        compare(subject, "predicted from rows with padding", &found, &expected)?;
    }
    Ok(())
}

fn compare(subject: &Subject, what: &str, found: &[f64], expected: &[f64]) -> Verdict {
    match subject.repeats() {
        Ok(()) => same(what, found, expected),
        Err(_) => near(what, found, expected, 0.5),
    }
}

/// Where the data lie, a forbidden access is a crash.
fn placed(subject: &Subject, placement: Placement) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let weights = subject.info.weights.then(|| vec![1.0; data.n_rows]);
        let data = Data { weights, ..data };
        let mut instance = subject.create()?;
        fit_as(&mut instance, &data, placement, 1, Answer::CONTINUE)?.0?;
        subject.predicted_as(&mut instance, &data, placement)?;
    }
    Ok(())
}

fn zero_weights(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    subject.needs("weights")?;
    subject.repeats()?;
    for data in subject.easy() {
        let half = data.n_rows / 2;
        let kept: Vec<usize> = (0..half).collect();
        let fewer = data.at(&kept);
        let weights = (0..data.n_rows).map(|i| if i < half { 1.0 } else { 0.0 }).collect();
        let expected = subject.predicted(&mut subject.fitted(&fewer)?, &fewer)?;
        let found = subject.predicted(&mut subject.fitted(&data.weighted(weights))?, &fewer)?;
        near("with rows of weight 0 against without them", &found, &expected, 1e-6)?;
    }
    Ok(())
}
