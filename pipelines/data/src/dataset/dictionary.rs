//! What categories a model knows: those of its training rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Column, ColumnValues, Dataset};
use crate::error::Result;

/// The levels of each category in some rows, which give codes their meaning.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dictionary(Vec<Option<Vec<String>>>);

impl Dictionary {
    /// The levels that occur in the training rows, in order.
    #[must_use]
    pub fn of(train: &Dataset) -> Self {
        Self(train.columns().iter().map(|column| levels(&column.values)).collect())
    }

    /// The same rows with codes of this dictionary. A level that it does not have is missing.
    ///
    /// # Errors
    /// If what it gives is no dataset, which it always is for the columns it was made from.
    pub fn encode(&self, data: &Dataset) -> Result<Dataset> {
        if self.0.iter().all(Option::is_none) {
            return Ok(data.clone());
        }
        let columns = data.columns().iter().zip(&self.0);
        data.with_columns(columns.map(|(column, known)| encode(column, known.as_deref())).collect())
    }
}

fn levels(values: &ColumnValues) -> Option<Vec<String>> {
    let ColumnValues::Category { codes, levels } = values else { return None };
    let mut seen = vec![false; levels.len()];
    for code in codes.iter().flatten() {
        seen[*code as usize] = true;
    }
    let seen = levels.iter().zip(seen).filter(|(_, seen)| *seen);
    Some(seen.map(|(level, _)| level.clone()).collect())
}

fn encode(column: &Arc<Column>, known: Option<&[String]>) -> Arc<Column> {
    let (ColumnValues::Category { codes, levels }, Some(known)) = (&column.values, known) else {
        return Arc::clone(column);
    };
    let place_of: BTreeMap<&String, u32> = known.iter().zip(0..).collect();
    let places: Vec<Option<u32>> = levels.iter().map(|l| place_of.get(l).copied()).collect();
    let codes = codes.iter().map(|code| code.and_then(|code| places[code as usize])).collect();
    let values = ColumnValues::Category { codes, levels: known.to_vec() };
    Arc::new(Column { name: column.name.clone(), values })
}

#[cfg(test)]
mod tests {
    use crate::dataset::Target;

    use super::*;

    #[test]
    fn codes_are_those_of_the_training_rows() {
        let codes = vec![Some(2), Some(0), None, Some(1)];
        let ward = Column {
            name: "ward".into(),
            values: ColumnValues::Category {
                codes,
                levels: ["east", "north", "west"].map(String::from).to_vec(),
            },
        };
        let x = Column { name: "x".into(), values: ColumnValues::Number(vec![1.0; 4]) };
        let data = Dataset::new(vec![ward, x], Target::Values(vec![1.0, 2.0, 3.0, 4.0])).unwrap();
        let dictionary = Dictionary::of(&data.select(&[0, 2, 3]));
        let encoded = dictionary.encode(&data).unwrap();
        let ColumnValues::Category { codes, levels } = &encoded.columns()[0].values else {
            panic!("not a category")
        };
        assert_eq!(levels, &["north", "west"]);
        assert_eq!(codes, &[Some(1), None, None, Some(0)]);
        assert!(Arc::ptr_eq(&encoded.columns()[1], &data.columns()[1]));
        let numbers = encoded.to_numbers();
        assert_eq!((numbers[0], numbers[6]), (1.0, 0.0));
        assert!(numbers[2].is_nan() && numbers[4].is_nan());
        assert_eq!(encoded.categories(), [Some(levels.clone()), None]);
    }
}
