//! The example data.

use std::collections::BTreeSet;

use surmise_plugin_sdk::testing::Data;

use crate::repository;

/// Rows and the text of their last column.
#[derive(Debug, Clone)]
pub struct Table {
    /// The features of each row.
    pub rows: Vec<Vec<f64>>,
    /// What is to be predicted of it.
    pub targets: Vec<String>,
}

/// Rows and their class codes, numbered in the order of the classes' names.
#[derive(Debug, Clone)]
pub struct Classes {
    /// The features of each row.
    pub rows: Vec<Vec<f64>>,
    /// The class of each row.
    pub codes: Vec<u32>,
    /// The names of the classes.
    pub names: Vec<String>,
}

impl Table {
    /// An example data set.
    #[must_use]
    pub fn read(name: &str) -> Self {
        let file = repository().join("pipelines/examples/data").join(format!("{name}.csv"));
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text.lines().skip(1).map(|line| line.rsplit_once(',').unwrap());
        let numbers = |row: &str| row.split(',').map(|value| value.parse().unwrap()).collect();
        let (rows, targets) = lines.map(|(row, target)| (numbers(row), target.to_owned())).unzip();
        Self { rows, targets }
    }

    /// Gives every feature the mean 0 and, if it changes, the (population) variance 1.
    #[must_use]
    pub fn standardized(mut self) -> Self {
        standardize(&mut self.rows);
        self
    }

    /// Class codes in the order of scikit-learn's data sets: that in which classes appear, but for
    /// digits, whose classes are numbers.
    #[must_use]
    pub fn codes(&self) -> Vec<u32> {
        let mut names: Vec<&String> = Vec::new();
        for name in &self.targets {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.iter().all(|name| name.parse::<f64>().is_ok()) {
            names.sort();
        }
        let code = |name| names.iter().position(|known| *known == name).unwrap() as u32;
        self.targets.iter().map(code).collect()
    }

    /// The targets as numbers.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        self.targets.iter().map(|value| value.parse().unwrap()).collect()
    }
}

impl Classes {
    /// An example data set whose last column is the class.
    #[must_use]
    pub fn read(name: &str) -> Self {
        let Table { rows, targets } = Table::read(name);
        let names: BTreeSet<&String> = targets.iter().collect();
        let code = |class| names.iter().position(|name| *name == class).unwrap() as u32;
        let codes = targets.iter().map(code).collect();
        Self { rows, codes, names: names.into_iter().cloned().collect() }
    }

    /// Gives every feature the mean 0 and, if it changes, the (population) variance 1.
    #[must_use]
    pub fn standardized(mut self) -> Self {
        standardize(&mut self.rows);
        self
    }

    /// The rows at places that are kept.
    pub fn select(&self, keep: impl Fn(usize) -> bool) -> (Vec<&[f64]>, Vec<u32>) {
        let chosen = (0..self.rows.len()).filter(|i| keep(*i));
        chosen.map(|i| (self.rows[i].as_slice(), self.codes[i])).unzip()
    }
}

fn standardize(rows: &mut [Vec<f64>]) {
    let n = rows.len() as f64;
    for feature in 0..rows[0].len() {
        let mean = rows.iter().map(|row| row[feature]).sum::<f64>() / n;
        let squares = rows.iter().map(|row| (row[feature] - mean).powi(2));
        let deviation = (squares.sum::<f64>() / n).sqrt();
        let deviation = if deviation == 0.0 { 1.0 } else { deviation };
        for row in &mut *rows {
            row[feature] = (row[feature] - mean) / deviation;
        }
    }
}

/// What stands at these places, and all else.
#[must_use]
pub fn split<T: Clone>(values: &[T], places: &[usize]) -> (Vec<T>, Vec<T>) {
    let chosen = places.iter().map(|i| values[*i].clone()).collect();
    let others = (0..values.len()).filter(|i| !places.contains(i));
    (chosen, others.map(|i| values[i].clone()).collect())
}

/// Rows with their classes, which are called by their codes.
#[must_use]
pub fn classification(rows: &[Vec<f64>], codes: &[u32]) -> Data {
    let n_classes = codes.iter().max().unwrap() + 1;
    let names: Vec<String> = (0..n_classes).map(|code| code.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Data::classification(rows, codes, &names)
}
