//! Why a machine could not be fitted.

use std::fmt;

/// A fit that failed. There is no half-fitted machine: where the method did not reach its
/// tolerance, this is the result.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SvmError {
    /// The data cannot be used; the text says why.
    Data(String),
    /// A setting is out of its range; the text says which.
    Setting(String),
    /// The kernel or the solution left the range of finite numbers.
    Overflow,
    /// The iterations ran out.
    NotConverged {
        /// Iterations done.
        iterations: u64,
        /// The violation of the optimality conditions that is left.
        gap: f64,
    },
    /// `ν` asks for more than the smaller of two classes has.
    InfeasibleNu {
        /// What was asked for.
        nu: f64,
        /// The largest that is feasible for all pairs of classes.
        largest: f64,
    },
    /// The fit was not asked for probabilities.
    NoProbabilities,
    /// The margin that the solution of ν-SVC is scaled by is no larger than the tolerance: the
    /// classes overlap, even as far as `ν` reduces their hulls.
    NoMargin {
        /// `ρ`.
        margin: f64,
    },
}

impl fmt::Display for SvmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data(text) | Self::Setting(text) => f.write_str(text),
            Self::Overflow => f.write_str(
                "features or `C` are too large for finite arithmetic; scale the features",
            ),
            Self::NotConverged { iterations, gap } => write!(
                f,
                "not converged after {iterations} iterations (violation {gap:.1e}); \
                 scale the features, lower `C` or raise `tol`"
            ),
            Self::InfeasibleNu { nu, largest } => write!(
                f,
                "`nu` = {nu} is infeasible: of two classes, each has to hold half of that share of \
                 both; for these classes the largest `nu` is {largest:.6}; lower it, or set \
                 `class_weight: balanced`, with which every `nu` is feasible"
            ),
            Self::NoProbabilities => f.write_str(
                "there are no probabilities of a fit without `probability: true`; set it, or use a \
                 metric that needs none",
            ),
            Self::NoMargin { margin } => write!(
                f,
                "no margin is left between two classes ({margin:.1e}, not beyond `tol`); raise \
                 `nu`, change the kernel, scale the features or lower `tol`"
            ),
        }
    }
}

impl std::error::Error for SvmError {}

impl From<SvmError> for surmise_plugin_sdk::Error {
    fn from(error: SvmError) -> Self {
        match error {
            SvmError::Data(_) | SvmError::Setting(_) | SvmError::InfeasibleNu { .. } => {
                Self::invalid(error)
            }
            SvmError::NoProbabilities => Self::unsupported(error),
            SvmError::Overflow | SvmError::NotConverged { .. } | SvmError::NoMargin { .. } => {
                Self::numeric(error)
            }
        }
    }
}
