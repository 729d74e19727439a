//! Hyperparameters: every valid one is taken, none is a crash.

use serde_json::{Map, Value, json};

use super::Check;
use crate::doing;
use crate::outcome::{Verdict, fail, warn};
use crate::raw::Refusal;
use crate::settings;
use crate::subject::{Subject, orderly};

pub(super) const CHECKS: &[Check] = &[
    Check::model("parameters.defaults", "a model is made of its defaults", defaults),
    Check::model("parameters.bounds", "every bound and every choice is taken", bounds),
    Check::model("parameters.random", "valid hyperparameters at random are taken", random),
    Check::model("parameters.refused", "what is not valid is refused with a text", refused),
];

const N_RANDOM: usize = 200;

fn defaults(subject: &Subject) -> Verdict {
    subject.create().map(drop)
}

/// Each edge alone.
fn bounds(subject: &Subject) -> Verdict {
    let component = &subject.info.component;
    for setting in &component.settings {
        for value in settings::edges(&setting.kind) {
            let told = format!("{} = {value}", setting.name);
            let Some(params) = settings::with(component, setting, value) else { continue };
            doing::with(&told);
            try_params(subject, &params).map_err(|refusal| format!("{told}: {refusal}"))?;
        }
    }
    Ok(())
}

fn random(subject: &Subject) -> Verdict {
    let mut rng = subject.seed.child("parameters").rng();
    for _ in 0..N_RANDOM {
        let Some(params) = settings::random(&subject.info.component, &mut rng) else { continue };
        let told = Value::Object(params.clone()).to_string();
        doing::with(&told);
        try_params(subject, &params).map_err(|refusal| format!("{told}: {refusal}"))?;
    }
    Ok(())
}

fn try_params(subject: &Subject, params: &Map<String, Value>) -> Result<(), Refusal> {
    subject.model.create(Value::Object(params.clone()).to_string().as_bytes()).map(drop)
}

/// What the host never sends: it has checked hyperparameters before. So taking it is forgiven,
/// but a crash is not.
fn refused(subject: &Subject) -> Verdict {
    let mut taken = Vec::new();
    for (told, params) in wrong(subject)? {
        doing::with(&told);
        match subject.model.create(&params) {
            Ok(_) => taken.push(told),
            Err(refusal) => orderly(refusal)?,
        }
    }
    doing::with("");
    match taken.as_slice() {
        [] => Ok(()),
        taken => warn(format!(
            "it takes {}: no host sends that, but other callers may",
            taken.join(", ")
        )),
    }
}

/// Bytes that are no hyperparameters of this model, each with what is wrong with it.
fn wrong(subject: &Subject) -> Verdict<Vec<(String, Vec<u8>)>> {
    let good = subject.defaults()?;
    let mut wrong: Vec<(String, Vec<u8>)> = ["", "{", "[]", "null", "{\"", "nonsense", "{}}"]
        .map(|text| (format!("the text {text:?}"), text.as_bytes().to_vec()))
        .into();
    wrong.push(("bytes that are not UTF-8".into(), b"{\"\xff\": 1}".to_vec()));
    wrong.push(("brackets 10000 deep".into(), "[".repeat(10_000).into_bytes()));
    wrong.push(("a cut object".into(), good.as_bytes()[..good.len() - 1].to_vec()));
    let Ok(Value::Object(good)) = serde_json::from_str(&good) else {
        return fail("its defaults are no object");
    };
    for setting in &subject.info.component.settings {
        if !good.contains_key(&setting.name) {
            continue;
        }
        for value in [json!("x".repeat(1 << 20)), json!({}), json!(1e308), json!(-1e308)] {
            if setting.kind.check(&value).is_ok() {
                continue;
            }
            let mut params = good.clone();
            let told = value.to_string().chars().take(12).collect::<String>();
            params.insert(setting.name.clone(), value);
            let params = Value::Object(params).to_string().into_bytes();
            wrong.push((format!("{} = {told}", setting.name), params));
        }
    }
    Ok(wrong)
}
