//! What most stages do once fitted: replace each column by what was learnt for it.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use surmise_data::text::quote;
use surmise_data::{Column, Dataset};

use crate::{Error, FittedStage, Result};

/// What a stage learnt about one column.
pub(crate) trait Learnt: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The columns that take this column's place.
    fn replace(&self, column: &Arc<Column>) -> Result<Vec<Arc<Column>>>;
}

/// A fitted stage that treats every column by itself.
pub(crate) struct ByColumn<L> {
    stage: &'static str,
    columns: Vec<(String, L)>,
}

impl<L: Learnt> ByColumn<L> {
    /// Learns from each column of the training rows.
    pub(crate) fn fit(
        stage: &'static str,
        train: &Dataset,
        learn: impl Fn(&Column) -> Result<L>,
    ) -> Result<Self> {
        let columns = train
            .columns()
            .iter()
            .map(|column| Ok((column.name.clone(), learn(column)?)))
            .collect::<Result<_>>()?;
        Ok(Self { stage, columns })
    }

    /// What [`FittedStage::learnt`] told.
    pub(crate) fn load(stage: &'static str, learnt: &Value) -> Result<Box<dyn FittedStage>> {
        match serde_json::from_value(learnt.clone()) {
            Ok(columns) => Ok(Box::new(Self { stage, columns })),
            Err(e) => Err(Error::new(stage, format!("what it learnt cannot be read: {e}"))),
        }
    }
}

impl<L: Learnt> FittedStage for ByColumn<L> {
    fn apply(&self, data: &Dataset) -> Result<Dataset> {
        let fitted: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        if fitted != data.feature_names() {
            return Err(Error::new(
                self.stage,
                "the columns are not those it was fitted to, or not in the same order",
            ));
        }
        let mut columns = Vec::new();
        for ((_, learnt), column) in self.columns.iter().zip(data.columns()) {
            columns.extend(learnt.replace(column)?);
        }
        data.with_columns(columns).map_err(|cause| Error::data(self.stage, cause))
    }

    fn learnt(&self) -> Result<Value> {
        serde_json::to_value(&self.columns)
            .map_err(|e| Error::new(self.stage, format!("what it learnt cannot be written: {e}")))
    }
}

/// The error for a column whose kind changed between fitting and applying.
pub(crate) fn other_kind(stage: &'static str, column: &Column) -> Error {
    Error::new(
        stage,
        format!(
            "column {} changed between number and category since the stage was fitted",
            quote(&column.name)
        ),
    )
}
