//! The values one parameter takes, and their place on the unit interval.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Value;

/// The values a parameter takes. Bounds are in value space, both inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Domain {
    /// Numbers of a range; with a step, only `low`, `low + step`, … up to `high`.
    Float {
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
        /// Whether equal ratios count as equal distances.
        #[serde(default)]
        log: bool,
        /// Distance between neighbours, if only multiples are allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<f64>,
    },
    /// Whole numbers `low`, `low + step`, … up to `high`.
    Int {
        /// Smallest value.
        low: i64,
        /// Largest value.
        high: i64,
        /// Whether equal ratios count as equal distances.
        #[serde(default)]
        log: bool,
        /// Distance between neighbours, at least 1.
        step: i64,
    },
    /// One of a list of values.
    Choice {
        /// The values, all different.
        values: Vec<Value>,
        /// Whether their order means something, as in small, medium, large.
        #[serde(default)]
        ordered: bool,
    },
}

/// Whole numbers beyond this have neighbours that a float cannot tell apart.
const INT_MAX: i64 = 1 << 53;

impl Domain {
    /// What is wrong with the bounds, steps or choices.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let checks = match self {
            Self::Float { low, high, log, step } => float_checks(*low, *high, *log, *step),
            Self::Int { low, high, log, step } => int_checks(*low, *high, *log, *step),
            Self::Choice { values, .. } => choice_checks(values),
        };
        checks.into_iter().filter(|(good, _)| !good).map(|(_, message)| message).collect()
    }

    /// How many values there are; `None` for a continuum.
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        match self {
            Self::Float { step: None, .. } => None,
            // The small allowance makes 0, 0.1, … 1.0 eleven values although 1.0 / 0.1 rounds.
            Self::Float { low, high, step: Some(step), .. } => {
                Some(((high - low) / step + 1e-9).floor() as u64 + 1)
            }
            Self::Int { low, high, step, .. } => Some(((high - low) / step) as u64 + 1),
            Self::Choice { values, .. } => Some(values.len() as u64),
        }
    }

    /// Value number `index` of a domain that can be counted.
    ///
    /// # Panics
    /// If it is a continuum, or has no such value.
    #[must_use]
    pub fn value(&self, index: u64) -> Value {
        assert!(self.cardinality().is_some_and(|n| index < n), "value {index} of {self}");
        match self {
            Self::Float { low, high, step, .. } => {
                let step = step.unwrap_or(high - low);
                float((low + index as f64 * step).min(*high))
            }
            Self::Int { low, step, .. } => Value::from(low + index as i64 * step),
            Self::Choice { values, .. } => values[index as usize].clone(),
        }
    }

    /// The value at `u` on the unit interval: equal lengths hold equal shares of the domain on its
    /// own scale. `u` outside [0, 1] counts as the nearer end.
    #[must_use]
    pub fn at(&self, u: f64) -> Value {
        let u = u.clamp(0.0, 1.0);
        match self {
            Self::Float { low, high, log: false, step: None } => {
                float((low + u * (high - low)).clamp(*low, *high))
            }
            Self::Float { low, high, log: true, .. } => {
                let (a, b) = (low.ln(), high.ln());
                float((a + u * (b - a)).exp().clamp(*low, *high))
            }
            Self::Int { low, high, log: true, .. } => {
                let (a, b) = log_int_range(*low, *high);
                Value::from(((a + u * (b - a)).exp().round() as i64).clamp(*low, *high))
            }
            _ => {
                let n = self.cardinality().unwrap_or(1);
                self.value(((u * n as f64) as u64).min(n - 1))
            }
        }
    }

    /// Where a value lies on the unit interval: the inverse of [`Domain::at`], for values that
    /// stand for an interval its middle. `None` if the domain does not hold the value.
    #[must_use]
    pub fn unit(&self, value: &Value) -> Option<f64> {
        if !self.contains(value) {
            return None;
        }
        match self {
            Self::Float { low, high, log: false, step: None } => {
                Some((value.as_f64()? - low) / (high - low))
            }
            Self::Float { low, high, log: true, .. } => {
                Some(((value.as_f64()?.ln() - low.ln()) / (high.ln() - low.ln())).clamp(0.0, 1.0))
            }
            Self::Int { low, high, log: true, .. } => {
                let (a, b) = log_int_range(*low, *high);
                Some((((value.as_i64()? as f64).ln() - a) / (b - a)).clamp(0.0, 1.0))
            }
            _ => Some((self.index(value)? as f64 + 0.5) / self.cardinality()? as f64),
        }
    }

    /// The number of a value in a domain that can be counted: the inverse of [`Domain::value`].
    #[must_use]
    pub fn index(&self, value: &Value) -> Option<u64> {
        match self {
            Self::Float { step: None, .. } => None,
            Self::Float { low, high, step: Some(step), .. } => {
                let x = value.as_f64()?;
                let index = ((x - low) / step).round();
                let near = (low + index * step - x).abs() <= 1e-9 * step.max(x.abs());
                (near && *low <= x && x <= *high).then_some(index as u64)
            }
            Self::Int { low, high, step, .. } => {
                let n = value.as_i64()?;
                (*low <= n && n <= *high && (n - low) % step == 0)
                    .then(|| ((n - low) / step) as u64)
            }
            Self::Choice { values, .. } => values.iter().position(|v| v == value).map(|i| i as u64),
        }
    }

    /// Whether the domain holds this value.
    #[must_use]
    pub fn contains(&self, value: &Value) -> bool {
        match self {
            Self::Float { low, high, step: None, .. } => {
                value.as_f64().is_some_and(|x| *low <= x && x <= *high)
            }
            _ => self.index(value).is_some(),
        }
    }
}

/// What must hold of a range of numbers, and what to say if it does not.
fn float_checks(low: f64, high: f64, log: bool, step: Option<f64>) -> Vec<(bool, String)> {
    let range = high - low;
    let finite = low.is_finite() && high.is_finite() && range.is_finite();
    let mut checks = vec![
        (finite, "needs finite bounds".into()),
        (!finite || low < high, format!("needs min < max, not {low} and {high}")),
        (!log || low > 0.0, format!("has `log`, so min must be above 0, not {low}")),
    ];
    if let Some(step) = step {
        checks.push((!log, "cannot have both `log` and `step`".into()));
        checks.push((
            step > 0.0 && step <= range,
            format!("needs a step above 0 and at most max − min = {range}, not {step}"),
        ));
        let countable = range / step <= INT_MAX as f64;
        checks.push((countable, format!("has more than 2^53 steps of {step}")));
    }
    checks
}

/// What must hold of a range of whole numbers, and what to say if it does not.
fn int_checks(low: i64, high: i64, log: bool, step: i64) -> Vec<(bool, String)> {
    let exact = |n: i64| (-INT_MAX..=INT_MAX).contains(&n);
    let mut checks = vec![
        (low < high, format!("needs min < max, not {low} and {high}")),
        (!log || low > 0, format!("has `log`, so min must be above 0, not {low}")),
        (!log || step == 1, "cannot have both `log` and `step`".into()),
    ];
    if exact(low) && exact(high) {
        let range = high - low;
        checks.push((
            step >= 1 && (step <= range || low >= high),
            format!("needs a step of at least 1 and at most max − min = {range}, not {step}"),
        ));
    } else {
        checks.push((false, "needs bounds within ±2^53".into()));
    }
    checks
}

fn choice_checks(values: &[Value]) -> Vec<(bool, String)> {
    let mut checks = vec![(!values.is_empty(), "has no value to choose from".into())];
    let mut listed = values.iter().enumerate();
    if let Some((_, value)) = listed.find(|(i, v)| values[..*i].contains(v)) {
        checks.push((false, format!("lists {value} twice")));
    }
    checks
}

/// Half a unit of room at both ends gives the outermost integers their share.
fn log_int_range(low: i64, high: i64) -> (f64, f64) {
    ((low as f64 - 0.5).ln(), (high as f64 + 0.5).ln())
}

fn float(x: f64) -> Value {
    // Bounds are finite and the value lies between them, so this is always a number.
    serde_json::Number::from_f64(x).map_or(Value::Null, Value::Number)
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float { low, high, log, step } => {
                write!(f, "a number from {low} to {high}")?;
                if let Some(step) = step {
                    write!(f, " in steps of {step}")?;
                }
                f.write_str(if *log { ", log scale" } else { "" })
            }
            Self::Int { low, high, log, step } => {
                write!(f, "an integer from {low} to {high}")?;
                if *step != 1 {
                    write!(f, " in steps of {step}")?;
                }
                f.write_str(if *log { ", log scale" } else { "" })
            }
            Self::Choice { values, ordered } => {
                let all: Vec<_> = values.iter().map(ToString::to_string).collect();
                write!(f, "one of {}", all.join(", "))?;
                f.write_str(if *ordered { ", in that order" } else { "" })
            }
        }
    }
}
