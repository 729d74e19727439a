//! The data that a model is fitted to and predicts from.

use serde::{Deserialize, Serialize};

use crate::{Error, Result, scan};

/// More than any data has, and a bound on what a damaged file can make the host allocate for a row.
pub(crate) const COLUMNS_MAX: usize = 1 << 20;

/// Rows of features, row-major, with the target when fitting. NaN is a missing value.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    frame: Frame<'a>,
    values: &'a [f64],
}

/// What a table is but for its features' values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) n_rows: usize,
    pub(crate) n_features: usize,
    pub(crate) feature_names: &'a [String],
    /// For each feature the names of its categories, if it is none of numbers; or nothing.
    pub(crate) categories: &'a [Option<Vec<String>>],
    pub(crate) target: Option<Target<'a>>,
    pub(crate) weights: Option<&'a [f64]>,
}

/// The features that a model is fitted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    pub(crate) n_features: usize,
    /// The places of categories, each with how many names it has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) categories: Vec<(usize, usize)>,
}

/// What is to be predicted, an entry for each row.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// The class of each row.
    Classes {
        /// The class of each row: a place in `names`.
        codes: &'a [u32],
        /// The names of all classes.
        names: &'a [String],
    },
    /// The value of each row.
    Values(&'a [f64]),
}

impl<'a> Table<'a> {
    /// A checked table. `feature_names` may be empty.
    ///
    /// # Errors
    /// [`Error::Data`] if lengths disagree, there is no feature, there are more than 2²⁰ features
    /// or classes, a value is infinite, a target value is not finite, or a code has no name.
    pub fn new(
        n_rows: usize,
        n_features: usize,
        values: &'a [f64],
        feature_names: &'a [String],
        target: Option<Target<'a>>,
    ) -> Result<Self> {
        if n_features == 0 {
            return Err(Error::data("there are no features"));
        }
        if COLUMNS_MAX < n_features {
            return Err(Error::data(format!("more than {COLUMNS_MAX} features")));
        }
        if n_rows.checked_mul(n_features) != Some(values.len()) {
            return Err(Error::data(format!(
                "{n_rows} rows of {n_features} features have {} values",
                values.len()
            )));
        }
        if !feature_names.is_empty() && feature_names.len() != n_features {
            return Err(Error::data(format!(
                "{n_features} features have {} names",
                feature_names.len()
            )));
        }
        let (categories, weights) = (&[][..], None);
        let frame = Frame { n_rows, n_features, feature_names, categories, target, weights };
        if let Some(i) = scan::first(values, f64::is_infinite) {
            return Err(Error::data(format!("{} is infinite", frame.place(i))));
        }
        target.map_or(Ok(()), |target| target.check(n_rows))?;
        Ok(Self { frame, values })
    }

    /// The same rows, in which some features are categories: there a value is a place in the names,
    /// or NaN for one that is missing or not among them. `None` is a feature of numbers; nothing at
    /// all if every one is.
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one entry for each feature, a category has more than 2²⁰
    /// names, or a value is no place in them.
    pub fn with_categories(self, categories: &'a [Option<Vec<String>>]) -> Result<Self> {
        let n_features = self.frame.n_features;
        if !categories.is_empty() && categories.len() != n_features {
            let n = categories.len();
            return Err(Error::data(format!(
                "{n_features} features have {n} entries of categories"
            )));
        }
        let frame = Frame { categories, ..self.frame };
        for (j, names) in categories.iter().enumerate() {
            let Some(names) = names else { continue };
            if COLUMNS_MAX < names.len() {
                return Err(Error::data(format!("{} has more than 2²⁰ categories", frame.name(j))));
            }
            let fits =
                |v: f64| v.is_nan() || (v.fract() == 0.0 && 0.0 <= v && v < names.len() as f64);
            let mut column = (j..self.values.len()).step_by(n_features);
            if let Some(i) = column.find(|i| !fits(self.values[*i])) {
                let (place, value) = (frame.place(i), self.values[i]);
                return Err(Error::data(format!("{place} is {value}, which is no category")));
            }
        }
        Ok(Self { frame, ..self })
    }

    /// The same rows, each counting as much as its weight says.
    ///
    /// # Errors
    /// [`Error::Data`] if there is not one weight for each row, or they are not finite, negative,
    /// or all zero.
    pub fn with_weights(self, weights: &'a [f64]) -> Result<Self> {
        check_weights(weights, self.frame.n_rows)?;
        Ok(Self { frame: Frame { weights: Some(weights), ..self.frame }, ..self })
    }

    /// Number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.frame.n_rows
    }

    /// Number of features.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.frame.n_features
    }

    /// The features, one row after the other.
    #[must_use]
    pub fn values(&self) -> &'a [f64] {
        self.values
    }

    /// A name for each feature, or none.
    #[must_use]
    pub fn feature_names(&self) -> &'a [String] {
        self.frame.feature_names
    }

    /// The target.
    #[must_use]
    pub fn target(&self) -> Option<Target<'a>> {
        self.frame.target
    }

    /// How much each row counts; `None` if all count the same.
    #[must_use]
    pub fn weights(&self) -> Option<&'a [f64]> {
        self.frame.weights
    }

    /// All but the values.
    pub(crate) fn frame(&self) -> Frame<'a> {
        self.frame
    }
}

impl<'a> Frame<'a> {
    /// The names of a feature's categories, if it is no number.
    pub(crate) fn category(&self, feature: usize) -> Option<&'a [String]> {
        self.categories.get(feature)?.as_deref()
    }

    /// The features alone.
    pub(crate) fn without_target(self) -> Self {
        Self { target: None, weights: None, ..self }
    }

    /// Where a value stands, for people.
    pub(crate) fn place(&self, i: usize) -> String {
        let (row, feature) = (i / self.n_features + 1, i % self.n_features);
        format!("{} of row {row}", self.name(feature))
    }

    /// A feature, for people.
    pub(crate) fn name(&self, feature: usize) -> String {
        match self.feature_names.get(feature) {
            Some(name) => format!("feature `{name}`"),
            None => format!("feature {}", feature + 1),
        }
    }
}

impl Inputs {
    pub(crate) fn of(frame: &Frame<'_>) -> Self {
        let category = |j: usize| frame.category(j).map(|names| (j, names.len()));
        let n_features = frame.n_features;
        Self { n_features, categories: (0..n_features).filter_map(category).collect() }
    }

    /// Refuses other features than a model was fitted to.
    pub(crate) fn check(&self, given: &Self) -> Result<()> {
        if self.n_features != given.n_features {
            let (fitted, given) = (self.n_features, given.n_features);
            return Err(Error::data(format!(
                "the model was fitted to {fitted} features, not to {given}"
            )));
        }
        match self.categories == given.categories {
            true => Ok(()),
            false => Err(Error::data("the model was fitted to features with other categories")),
        }
    }
}

pub(crate) fn check_weights(weights: &[f64], n_rows: usize) -> Result<()> {
    if weights.len() != n_rows {
        return Err(Error::data(format!("{n_rows} rows have {} weights", weights.len())));
    }
    if let Some(i) = weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
        return Err(Error::data(format!("the weight of row {} is {}", i + 1, weights[i])));
    }
    match weights.iter().any(|w| 0.0 < *w) {
        true => Ok(()),
        false => Err(Error::data("the weights of all rows are zero")),
    }
}

impl Target<'_> {
    fn check(&self, n_rows: usize) -> Result<()> {
        let len = match self {
            Self::Classes { codes, .. } => codes.len(),
            Self::Values(values) => values.len(),
        };
        if len != n_rows {
            return Err(Error::data(format!("{n_rows} rows have {len} target values")));
        }
        let bad = match self {
            Self::Classes { names, .. } if COLUMNS_MAX < names.len() => {
                return Err(Error::data(format!("more than {COLUMNS_MAX} classes")));
            }
            Self::Classes { codes, names } => {
                codes.iter().position(|code| names.len() <= *code as usize)
            }
            Self::Values(values) => scan::first(values, |value| !value.is_finite()),
        };
        match bad {
            None => Ok(()),
            Some(i) => Err(Error::data(format!("the target of row {} is not usable", i + 1))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn shapes_must_agree() {
        let (two, classes) = (names(&["a", "b"]), names(&["no", "yes"]));
        let values = [1.0, 2.0, 3.0, f64::NAN];
        let codes = |codes| Some(Target::Classes { codes, names: &classes });
        assert!(Table::new(2, 2, &values, &two, codes(&[0, 1])).is_ok());
        assert!(Table::new(2, 2, &values, &[], None).is_ok());
        assert!(Table::new(0, 2, &[], &two, None).is_ok());
        assert!(Table::new(3, 2, &values, &two, None).is_err());
        assert!(Table::new(usize::MAX, 4, &values, &[], None).is_err());
        assert!(Table::new(4, 0, &[], &[], None).is_err());
        assert!(Table::new(4, 1, &values, &two, None).is_err());
        assert!(Table::new(2, 2, &values, &two, codes(&[0])).is_err());
        assert!(Table::new(2, 2, &values, &two, codes(&[0, 2])).is_err());
        assert!(Table::new(2, 2, &values, &two, Some(Target::Values(&[0.0, f64::NAN]))).is_err());
    }

    #[test]
    fn weights_must_count_something() {
        let table = Table::new(2, 1, &[0.0, 1.0], &[], None).expect("good");
        assert_eq!(table.with_weights(&[0.0, 2.0]).expect("good").weights(), Some(&[0.0, 2.0][..]));
        for bad in [&[1.0][..], &[0.0, 0.0], &[1.0, -1.0], &[1.0, f64::NAN]] {
            assert!(table.with_weights(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn categories_are_places_in_their_names() {
        let two = [None, Some(names(&["u", "v"]))];
        let of = |values: &[f64]| {
            let table = Table::new(2, 2, values, &[], None).expect("good");
            table.with_categories(&two).map(|table| Inputs::of(&table.frame()))
        };
        let inputs = of(&[0.5, 1.0, 7.0, f64::NAN]).expect("good");
        assert_eq!(inputs, Inputs { n_features: 2, categories: vec![(1, 2)] });
        let numbers = Inputs { n_features: 2, categories: Vec::new() };
        assert!(inputs.check(&inputs).is_ok() && inputs.check(&numbers).is_err());
        for bad in [0.5, -1.0, 2.0] {
            let problem = of(&[0.5, 1.0, 7.0, bad]).expect_err("no place").to_string();
            assert_eq!(problem, format!("data: feature 2 of row 2 is {bad}, which is no category"));
        }
        let table = Table::new(2, 2, &[0.0; 4], &[], None).expect("good");
        assert!(table.with_categories(&two[..1]).is_err());
    }

    #[test]
    fn an_infinite_value_is_named() {
        let two = names(&["age", "fare"]);
        let problem = Table::new(2, 2, &[0.0, 1.0, 2.0, f64::INFINITY], &two, None);
        assert_eq!(
            problem.expect_err("infinite").to_string(),
            "data: feature `fare` of row 2 is infinite"
        );
    }
}
