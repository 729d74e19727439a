//! What the hyperparameters of every model say of the kernel and the solver.

use surmise_plugin_sdk::prelude::*;

use crate::classifier::Settings;

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

/// The hyperparameters of a machine.
pub trait Machine: Hyperparams {
    /// `gamma` as it was given; 0 asks for the scale of the features.
    fn gamma(&self) -> f64;

    /// What they mean for these training rows, with this `gamma` in place of theirs.
    fn scaled(&self, gamma: f64, rows: &[&[f64]]) -> Settings;
}

/// A struct of hyperparameters: the model's own, those of the kernel and the solver, and the
/// model's own that come last; and what `C` is.
// `gamma` has no `when`: a grid over kernels gives it to all, and the linear one ignores it.
macro_rules! hyperparams {
    (
        $(#[$meta:meta])*
        $name:ident { $($first:tt)* } { $($last:tt)* }
        C = $c:expr
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Hyperparams)]
        pub struct $name {
            $($first)*
            /// Kernel
            #[hp(default = $crate::hyperparams::KernelChoice::Rbf)]
            pub kernel: $crate::hyperparams::KernelChoice,
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
            $($last)*
        }

        impl $name {
            /// What they mean for these training rows.
            #[must_use]
            pub fn settings(&self, rows: &[&[f64]]) -> $crate::classifier::Settings {
                $crate::hyperparams::Machine::scaled(self, self.gamma, rows)
            }
        }

        impl $crate::hyperparams::Machine for $name {
            fn gamma(&self) -> f64 {
                self.gamma
            }

            fn scaled(&self, gamma: f64, rows: &[&[f64]]) -> $crate::classifier::Settings {
                use $crate::hyperparams::KernelChoice;
                use $crate::kernel::{Kernel, scale_gamma};

                let gamma = || if gamma > 0.0 { gamma } else { scale_gamma(rows) };
                let (coef0, degree) = (self.coef0, self.degree);
                let kernel = match self.kernel {
                    KernelChoice::Linear => Kernel::Linear,
                    KernelChoice::Rbf => Kernel::Rbf { gamma: gamma() },
                    KernelChoice::Poly => Kernel::Polynomial { gamma: gamma(), coef0, degree },
                    KernelChoice::Sigmoid => Kernel::Sigmoid { gamma: gamma(), coef0 },
                };
                let cache_bytes = u64::from(self.cache_mb) * 1_000_000;
                let of_c: fn(&Self) -> f64 = $c;
                $crate::classifier::Settings {
                    c: of_c(self),
                    kernel,
                    tolerance: self.tol,
                    shrinking: self.shrinking,
                    cache_bytes: usize::try_from(cache_bytes).unwrap_or(usize::MAX),
                }
            }
        }
    };
}

pub(crate) use hyperparams;
