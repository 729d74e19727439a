//! The model `nu_svc`.

use surmise_plugin_sdk::prelude::*;

use crate::classification::{Classification, Classifies};
use crate::hyperparams::hyperparams;
use crate::sample::ClassWeight;
use crate::train::Training;

hyperparams! {
    /// The hyperparameters of ν-support-vector classification. Names and defaults are those of
    /// scikit-learn's `NuSVC`.
    NuSvcParams {
        /// Bound of the share of rows within the margin, and of the support vectors from below;
        /// at most twice the smaller share of two classes, so that balanced ones allow for 1
        #[hp(default = 0.5, range = 1e-6..=1.0)]
        pub nu: f64,
        /// How much the classes count
        #[hp(default = ClassWeight::None)]
        pub class_weight: ClassWeight,
        /// Whether to estimate probabilities, from decisions in five internal folds: five more
        /// fits. It changes no prediction
        #[hp(default = false)]
        pub probability: bool,
    } {}
    // It has no part in ν-SVC.
    C = |_| 1.0
}

/// The model `nu_svc`: a ν-support-vector classifier.
pub type NuSvc = Classification<NuSvcParams>;

impl Classifies for NuSvcParams {
    const MODEL: Info = Info::new(
        "nu_svc",
        "Support-vector classifier with a bounded share of rows in the margin, one-versus-one",
    );

    fn asked(&self, seed: u64) -> Training<'static> {
        Training {
            class_weight: self.class_weight,
            nu: Some(self.nu),
            probability: self.probability.then_some(seed),
            ..Training::new(&[], &[])
        }
    }
}
