//! The hyperparameters as a pipeline file names them.

use surmise_plugin_sdk::prelude::*;

use crate::classifier::Settings;
use crate::kernel::{Kernel, scale_gamma};
use crate::sample::ClassWeight;

/// The kernel, before its width is known.
#[derive(Debug, Clone, Copy, PartialEq, Choice)]
pub enum KernelChoice {
    /// the inner product
    Linear,
    /// the Gaussian kernel exp(-gamma ‖x - z‖²)
    Rbf,
    /// the polynomial kernel (gamma x·z + coef0)^degree
    Poly,
    /// the kernel tanh(gamma x·z + coef0), which is not positive definite
    Sigmoid,
}

/// The hyperparameters of the classifier. Defaults are scikit-learn's.
// `gamma` has no `when`: a grid over kernels gives it to all, and the linear one ignores it.
#[derive(Debug, Clone, Hyperparams)]
#[expect(
    non_snake_case,
    reason = "a field is called as in the pipeline file, and the field's term is `C`"
)]
pub struct Params {
    /// Penalty of the slack: large fits the training rows closely, small keeps the margin wide
    #[hp(default = 1.0, range = 1e-9..=1e9, log)]
    pub C: f64,
    /// Kernel
    #[hp(default = KernelChoice::Rbf)]
    pub kernel: KernelChoice,
    /// Inverse squared width of the RBF kernel, factor of the inner product of `poly` and
    /// `sigmoid`; 0 means 1 / (features × variance of the training features)
    #[hp(default = 0.0, range = 0.0..=1e9)]
    pub gamma: f64,
    /// Power of the polynomial kernel
    #[hp(default = 3, range = 0..=1000, when(kernel = Poly))]
    pub degree: u32,
    /// What is added to the inner product before the power or the tangent
    #[hp(default = 0.0, range = -1e9..=1e9, when(kernel = Poly | Sigmoid))]
    pub coef0: f64,
    /// Largest violation of the optimality conditions that is accepted
    #[hp(default = 1e-3, range = 1e-12..=1.0, log)]
    pub tol: f64,
    /// Whether to set variables aside that seem settled, for speed
    #[hp(default = true)]
    pub shrinking: bool,
    /// Memory for kernel values in MB of 10^6 bytes; the result does not depend on it
    #[hp(default = 200, range = 1..=1_000_000, log)]
    pub cache_mb: u32,
    /// How much the classes count
    #[hp(default = ClassWeight::None)]
    pub class_weight: ClassWeight,
    /// Whether to estimate probabilities, from decisions in five internal folds: five more fits.
    /// It changes no prediction
    #[hp(default = false)]
    pub probability: bool,
}

impl Params {
    /// What they mean for these training rows.
    #[must_use]
    pub fn settings(&self, rows: &[&[f64]]) -> Settings {
        let gamma = || if self.gamma > 0.0 { self.gamma } else { scale_gamma(rows) };
        let kernel = match self.kernel {
            KernelChoice::Linear => Kernel::Linear,
            KernelChoice::Rbf => Kernel::Rbf { gamma: gamma() },
            KernelChoice::Poly => {
                Kernel::Polynomial { gamma: gamma(), coef0: self.coef0, degree: self.degree }
            }
            KernelChoice::Sigmoid => Kernel::Sigmoid { gamma: gamma(), coef0: self.coef0 },
        };
        Settings {
            c: self.C,
            kernel,
            tolerance: self.tol,
            shrinking: self.shrinking,
            cache_bytes: usize::try_from(u64::from(self.cache_mb) * 1_000_000)
                .unwrap_or(usize::MAX),
        }
    }
}
