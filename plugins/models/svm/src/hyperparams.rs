//! The hyperparameters that the models beside `svc` share with it.

/// A struct of hyperparameters: those given, and those of the kernel and the solver.
macro_rules! hyperparams {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Hyperparams)]
        pub struct $name {
            $($own)*
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
        }

        impl $name {
            /// What they mean for these training rows.
            #[must_use]
            pub fn settings(&self, rows: &[&[f64]]) -> Settings {
                let shared = crate::params::Params {
                    kernel: self.kernel,
                    gamma: self.gamma,
                    degree: self.degree,
                    coef0: self.coef0,
                    tol: self.tol,
                    shrinking: self.shrinking,
                    cache_mb: self.cache_mb,
                    ..Default::default()
                };
                Settings { c: self.c(), ..shared.settings(rows) }
            }
        }
    };
}

pub(crate) use hyperparams;
