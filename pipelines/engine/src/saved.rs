//! A fitted pipeline as bytes: what its stages have learnt, what its numbers mean, and the model.
//!
//! The bytes are [`MAGIC`], the length of a JSON header as a little-endian `u64`, the header, and
//! the model as its host saves it. They are untrusted until checked.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use surmise_data::csv::Feature;
use surmise_data::{Dataset, Dictionary, Target};
use surmise_plugin_host::{PredictKind, Runner};
use surmise_stages::FittedStage;

use crate::pipeline::{FittedStages, share, stage_failed};
use crate::{Error, Result};

/// How the bytes begin.
pub const MAGIC: &[u8; 8] = b"SURMISE1";

/// A fitted pipeline that was saved.
pub struct SavedPipeline {
    features: Vec<Feature>,
    classes: Option<Vec<String>>,
    stages: FittedStages,
    model: Vec<u8>,
}

/// What it says of some rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Predictions {
    /// A class for each row.
    Classes {
        /// The class of each row: a place in the classes.
        codes: Vec<usize>,
        /// The probability of each class, row after row, if that was asked for.
        probabilities: Option<Vec<f64>>,
    },
    /// A number for each row.
    Values(Vec<f64>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    features: Vec<Feature>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    classes: Option<Vec<String>>,
    stages: Vec<Learnt>,
    dictionary: Dictionary,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Learnt {
    stage: String,
    learnt: Value,
}

/// A fitted pipeline as bytes, from its training rows as the stages were given them.
///
/// # Errors
/// If what a stage has learnt, or the header, cannot be written.
pub(crate) fn save(train: &Dataset, stages: &FittedStages, model: &[u8]) -> Result<Vec<u8>> {
    let learnt = |(stage, fitted): (&str, &dyn FittedStage)| {
        let learnt = fitted.learnt().map_err(|e| stage_failed(stage, e))?;
        Ok(Learnt { stage: stage.to_owned(), learnt })
    };
    let classes = match train.target() {
        Target::Classes { names, .. } => Some(names.clone()),
        Target::Values(_) => None,
    };
    let header = Header {
        features: Feature::of(train),
        classes,
        stages: stages.stages().map(learnt).collect::<Result<_>>()?,
        dictionary: stages.dictionary().clone(),
    };
    let header = serde_json::to_vec(&header).map_err(damaged)?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    bytes.extend(model);
    Ok(bytes)
}

impl SavedPipeline {
    /// Reads what a refit has saved; `load` makes a stage again by its name.
    ///
    /// # Errors
    /// If the bytes are damaged, or a stage of theirs is not known.
    pub fn load(
        bytes: &[u8],
        load: impl Fn(&str, &Value) -> Result<Box<dyn FittedStage>>,
    ) -> Result<Self> {
        let short = || damaged("they end too early, or are none of a pipeline");
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(short)?;
        let (len, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| short())?;
        let (header, model) = rest.split_at_checked(len).ok_or_else(short)?;
        let header: Header = serde_json::from_slice(header).map_err(damaged)?;
        let stages = header
            .stages
            .iter()
            .map(|Learnt { stage, learnt }| Ok((stage.clone(), load(stage, learnt)?)));
        Ok(Self {
            stages: FittedStages::new(stages.collect::<Result<_>>()?, header.dictionary),
            features: header.features,
            classes: header.classes,
            model: model.to_vec(),
        })
    }

    /// The features that it learnt from.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The classes that it tells apart; `None` if it predicts numbers.
    #[must_use]
    pub fn classes(&self) -> Option<&[String]> {
        self.classes.as_deref()
    }

    /// Predicts rows of these features by the plugin that the model was fitted by.
    ///
    /// # Errors
    /// If a stage or the model refuses, or it has no probabilities and is asked for them.
    pub fn predict(
        &self,
        runner: &Runner,
        rows: &Dataset,
        probabilities: bool,
    ) -> Result<Predictions> {
        let session = runner.session(None);
        let mut fitted = session.load(&self.model)?;
        let x = share(runner, &self.stages.apply(rows)?, false)?;
        let values = fitted.predict(&x, PredictKind::Value)?;
        let predictions = match (&self.classes, probabilities) {
            (None, _) => Predictions::Values(values),
            (Some(classes), asked) => {
                let codes: Vec<usize> = values.iter().map(|code| *code as usize).collect();
                if codes.iter().any(|code| classes.len() <= *code) {
                    return Err(damaged("they name fewer classes than the model tells apart"));
                }
                let all = asked.then(|| fitted.predict(&x, PredictKind::Proba)).transpose()?;
                Predictions::Classes { codes, probabilities: all }
            }
        };
        fitted.close()?;
        Ok(predictions)
    }
}

fn damaged(why: impl std::fmt::Display) -> Error {
    Error::Saved(why.to_string())
}

#[cfg(test)]
mod tests {
    use surmise_data::{Column, ColumnValues};

    use super::*;

    fn load(bytes: &[u8]) -> Result<SavedPipeline> {
        SavedPipeline::load(bytes, |stage, _| Err(damaged(format!("there is no stage `{stage}`"))))
    }

    /// Every end too early, every changed byte of the header's frame, and what stages are unknown.
    #[test]
    fn damaged_bytes_are_errors() {
        let x = Column { name: "x".into(), values: ColumnValues::Number(vec![1.0, 2.0]) };
        let train = Dataset::new(vec![x], Target::Values(vec![0.5, 1.5])).unwrap();
        let stages = FittedStages::new(Vec::new(), Dictionary::of(&train));
        let bytes = save(&train, &stages, b"model").unwrap();
        let again = load(&bytes).unwrap();
        assert_eq!(
            (again.features().len(), again.classes(), &again.model[..]),
            (1, None, &b"model"[..])
        );
        let header_end = bytes.len() - 5;
        for end in 0..header_end {
            assert!(load(&bytes[..end]).is_err(), "{end}");
        }
        for i in 0..16 {
            let mut changed = bytes.clone();
            changed[i] ^= 0x41;
            assert!(load(&changed).is_err(), "{i}");
        }
        let text = String::from_utf8(bytes[16..header_end].to_vec()).unwrap();
        let other = text.replace("[]", r#"[{"stage":"pca","learnt":1}]"#);
        let mut framed = MAGIC.to_vec();
        framed.extend((other.len() as u64).to_le_bytes());
        framed.extend(other.bytes());
        let error = load(&framed).err().unwrap().to_string();
        assert!(error.contains("there is no stage `pca`"), "{error}");
    }
}
