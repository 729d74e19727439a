//! Whether a model that fits itself keeps what it and the ABI promise.

use surmise_plugin_abi as abi;

use super::{Data, Fit, Output, fit, load};
use crate::{Cap, Error, LayoutModel, Repeat, Result};

/// How far a weight of 2 may be from the same row twice, relative to the larger output and 1.
const WEIGHT_TOLERANCE: f64 = 1e-6;

/// Fits a model to data that it can learn, and checks that
///
/// - it predicts each row alone as it predicts it among others, and nothing for no rows;
/// - the same seed gives the same predictions, unless it promises no repetition;
/// - outputs are written and finite, classes exist, probabilities lie in [0, 1] and sum to 1 (for
///   [`Cap::Proba`], unless with these hyperparameters it answers [`Error::unsupported`]),
///   importances are not negative (for [`Cap::Importance`]);
/// - saving gives the same bytes twice and changes nothing, what was loaded predicts the same, and
///   a state cut anywhere is an error, not a panic (for [`Cap::Save`]);
/// - a row of weight 2 counts like the same row twice (for [`Cap::Weights`]).
///
/// # Errors
/// The first of these that does not hold; or an error of the model.
pub fn check<M: LayoutModel>(params: &M::Params, data: &Data) -> Result<()> {
    let subject = fit::<M>(params, data, 1)?;
    let rows: Vec<&[f64]> = data.x.rows().iter().collect();
    let predicted = outputs(&subject, data, &rows)?;
    check_rows(&subject, data, &rows, &predicted)?;
    if M::INFO.repeat != Repeat::No {
        let again = outputs(&fit::<M>(params, data, 1)?, data, &rows)?;
        equal("a second fit with the same seed", &again, &predicted)?;
    }
    if M::INFO.can(Cap::Importance) {
        subject.importance()?;
    }
    if M::INFO.can(Cap::Save) {
        check_state(&subject, data, &rows, &predicted)?;
    }
    match M::INFO.can(Cap::Weights) {
        true => check_weights::<M>(params, data, &rows),
        false => Ok(()),
    }
}

/// Everything that the model says of some rows, kind after kind.
fn outputs<M: LayoutModel>(fitted: &Fit<M>, data: &Data, rows: &[&[f64]]) -> Result<Vec<Vec<f64>>> {
    let mut found = vec![fitted.predict(rows)?];
    let Some(n_classes) = data.n_classes() else {
        return Ok(found);
    };
    let is_code = |code: &f64| code.fract() == 0.0 && (0.0..n_classes as f64).contains(code);
    if let Some(code) = found[0].iter().find(|code| !is_code(code)) {
        return Err(broken(format!("{code} is not the code of one of {n_classes} classes")));
    }
    if M::INFO.can(Cap::Proba)
        && let Some(proba) = given(fitted.predict_proba(rows))?
    {
        for row in proba.chunks_exact(n_classes) {
            let (sum, possible) = (row.iter().sum::<f64>(), -1e-6..=1.0 + 1e-6);
            if 1e-6 < (sum - 1.0).abs() || row.iter().any(|p| !possible.contains(p)) {
                return Err(broken(format!("{row:?} are no probabilities")));
            }
        }
        found.push(proba);
    }
    if M::INFO.can(Cap::Decision)
        && let Some(decision) = given(fitted.decision(rows))?
    {
        found.push(decision);
    }
    Ok(found)
}

/// A cap may depend on hyperparameters.
fn given(output: Result<Vec<f64>>) -> Result<Option<Vec<f64>>> {
    match output {
        Err(error) if error.status() == abi::E_UNSUPPORTED => Ok(None),
        output => output.map(Some),
    }
}

fn check_rows<M: LayoutModel>(
    fitted: &Fit<M>,
    data: &Data,
    rows: &[&[f64]],
    predicted: &[Vec<f64>],
) -> Result<()> {
    for (i, row) in rows.iter().enumerate() {
        let alone = outputs(fitted, data, &[row])?;
        for (alone, among) in alone.iter().zip(predicted) {
            let n = among.len() / rows.len();
            equal(&format!("row {i} alone"), alone, &among[i * n..][..n])?;
        }
    }
    let none: [&[f64]; 0] = [];
    fitted.output(&none, Output::Value).map(drop)
}

fn check_state<M: LayoutModel>(
    fitted: &Fit<M>,
    data: &Data,
    rows: &[&[f64]],
    predicted: &[Vec<f64>],
) -> Result<()> {
    let bytes = fitted.save()?;
    if fitted.save()? != bytes {
        return Err(broken("saving twice gives other bytes"));
    }
    equal("predicting after saving", &outputs(fitted, data, rows)?, predicted)?;
    equal("a loaded model", &outputs(&fitted.loaded(&bytes)?, data, rows)?, predicted)?;
    for len in 0..bytes.len() {
        if load::<M>(&bytes[..len]).is_ok() {
            return Err(broken(format!("a state cut to {len} of {} bytes loads", bytes.len())));
        }
    }
    Ok(())
}

fn check_weights<M: LayoutModel>(params: &M::Params, data: &Data, rows: &[&[f64]]) -> Result<()> {
    let (n_rows, n_twice) = (rows.len(), rows.len().div_ceil(2));
    let twice: Vec<usize> = (0..n_rows).chain(0..n_twice).collect();
    let weights: Vec<f64> = (0..n_rows).map(|i| if i < n_twice { 2.0 } else { 1.0 }).collect();
    let doubled = fit::<M>(params, &Data { weights: None, ..data.clone() }.at(&twice), 1)?;
    let weighted = fit::<M>(params, &data.clone().weighted(&weights), 1)?;
    let (doubled, weighted) = (doubled.predict(rows)?, weighted.predict(rows)?);
    for (i, (a, b)) in doubled.iter().zip(&weighted).enumerate() {
        if WEIGHT_TOLERANCE * a.abs().max(b.abs()).max(1.0) < (a - b).abs() {
            return Err(broken(format!(
                "row {i} is predicted as {b} where rows have the weight 2, as {a} where they are \
                 there twice"
            )));
        }
    }
    Ok(())
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &[T], expected: &[T]) -> Result<()> {
    match found == expected {
        true => Ok(()),
        false => Err(broken(format!("{what} gives {found:?}, not {expected:?}"))),
    }
}

fn broken(problem: impl std::fmt::Display) -> Error {
    Error::internal(problem)
}

impl Data {
    fn n_classes(&self) -> Option<usize> {
        match &self.target {
            super::OwnedTarget::Classes { names, .. } => Some(names.len()),
            super::OwnedTarget::Values(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::prelude::*;

    /// The weighted mean of the target, or with a flaw.
    struct Mean<const FLAW: u8>(f64);

    const NONE: u8 = 0;
    const FORGETS_WEIGHTS: u8 = 1;
    const LOOKS_ASIDE: u8 = 2;
    const CHANGES: u8 = 3;
    const SAVES_NOTHING: u8 = 4;
    const UNWRITTEN: u8 = 5;

    impl<const FLAW: u8> Model for Mean<FLAW> {
        type Params = ();
        const INFO: Info = Info::new("mean", "The mean").tasks(&[Task::Regression]).caps(&[
            Cap::Weights,
            Cap::Save,
            Cap::Importance,
        ]);

        fn fit(_: &(), train: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
            static FITS: AtomicU64 = AtomicU64::new(0);
            let y = train.values()?;
            let weights = train.weights().filter(|_| FLAW != FORGETS_WEIGHTS);
            let weight = |i: usize| weights.map_or(1.0, |weights| weights[i]);
            let total: f64 = (0..y.len()).map(weight).sum();
            let mean = y.iter().enumerate().map(|(i, y)| weight(i) * y).sum::<f64>() / total;
            let fits = FITS.fetch_add(1, Ordering::Relaxed) as f64;
            Ok(Self(if FLAW == CHANGES { mean + fits } else { mean }))
        }

        fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
            let aside = if FLAW == LOOKS_ASIDE { x.n_rows() as f64 } else { 0.0 };
            let n = if FLAW == UNWRITTEN { out.len() / 2 } else { out.len() };
            out[..n].fill(self.0 + aside);
            Ok(())
        }

        fn importance(&self, out: &mut [f64]) -> Result<()> {
            out.fill(0.0);
            Ok(())
        }

        fn save(&self, saver: &mut Saver) -> Result<()> {
            if FLAW != SAVES_NOTHING {
                saver.f64("mean", self.0);
            }
            Ok(())
        }

        fn load(loader: &mut Loader<'_>) -> Result<Self> {
            Ok(Self(if FLAW == SAVES_NOTHING { 0.0 } else { loader.f64("mean")? }))
        }
    }

    #[test]
    fn flaws_are_found() {
        let data = Data::regression(&[[0.0], [1.0], [2.0], [3.0]], &[4.0, 2.0, 1.0, 1.0]);
        check::<Mean<NONE>>(&(), &data).expect("no flaw");
        let problem = |outcome: Result<()>| outcome.expect_err("a flaw").to_string();
        let forgets = problem(check::<Mean<FORGETS_WEIGHTS>>(&(), &data));
        assert!(forgets.contains("have the weight 2"), "{forgets}");
        assert!(problem(check::<Mean<LOOKS_ASIDE>>(&(), &data)).contains("row 0 alone"));
        assert!(problem(check::<Mean<CHANGES>>(&(), &data)).contains("a second fit"));
        assert!(problem(check::<Mean<SAVES_NOTHING>>(&(), &data)).contains("a loaded model"));
        assert!(problem(check::<Mean<UNWRITTEN>>(&(), &data)).contains("not written"));
    }
}
