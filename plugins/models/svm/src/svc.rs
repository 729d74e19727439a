//! The model `svc`.

use surmise_plugin_sdk::prelude::*;

use crate::classification::{Classification, Classifies};
use crate::hyperparams::hyperparams;
use crate::sample::ClassWeight;
use crate::train::Training;

hyperparams! {
    /// The hyperparameters of the classifier. Defaults are scikit-learn's.
    #[expect(
        non_snake_case,
        reason = "a field is called as in the pipeline file, and the field's term is `C`"
    )]
    Params {
        /// Penalty of the slack: large fits the training rows closely, small keeps the margin wide
        #[hp(default = 1.0, range = 1e-9..=1e9, log)]
        pub C: f64,
    } {
        /// How much the classes count
        #[hp(default = ClassWeight::None)]
        pub class_weight: ClassWeight,
        /// Whether to estimate probabilities, from decisions in five internal folds: five more
        /// fits. It changes no prediction
        #[hp(default = false)]
        pub probability: bool,
    }
    C = |params| params.C
}

/// The model `svc`: a C-support-vector classifier.
pub type Svc = Classification<Params>;

impl Classifies for Params {
    const MODEL: Info =
        Info::new("svc", "Support-vector classifier, one-versus-one").default_model();

    fn asked(&self, seed: u64) -> Training<'static> {
        let probability = self.probability.then_some(seed);
        Training { class_weight: self.class_weight, probability, ..Training::new(&[], &[]) }
    }
}
