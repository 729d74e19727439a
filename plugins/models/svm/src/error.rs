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
    /// The caller asked to stop.
    Interrupted,
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
            Self::Interrupted => f.write_str("stopped before the solver converged"),
        }
    }
}

impl std::error::Error for SvmError {}
