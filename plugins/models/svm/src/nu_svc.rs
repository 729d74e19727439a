//! The model `nu_svc`.

use surmise_plugin_sdk::prelude::*;

use crate::classifier::{Classifier, Settings};
use crate::hyperparams::hyperparams;
use crate::params::KernelChoice;
use crate::plugin::{CAPS, Fitted};
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
    }
}

impl NuSvcParams {
    /// `C` has no part in ν-SVC.
    fn c(&self) -> f64 {
        1.0
    }
}

/// The model `nu_svc`: a ν-support-vector classifier.
#[derive(Debug)]
pub struct NuSvc(Fitted);

impl NuSvc {
    /// What was fitted.
    #[must_use]
    pub fn classifier(&self) -> &Classifier {
        &self.0.classifier
    }
}

impl Model for NuSvc {
    type Params = NuSvcParams;

    const INFO: Info = Info::new(
        "nu_svc",
        "Support-vector classifier with a bounded share of rows in the margin, one-versus-one",
    )
    .tasks(&[Task::Classification])
    .caps(CAPS)
    .probabilities_if("probability");

    fn fit(params: &NuSvcParams, train: &Train<'_>, ctx: &mut FitCtx<'_>) -> Result<Self> {
        let seed = params.probability.then_some(ctx.seed());
        let asked = Training {
            class_weight: params.class_weight,
            nu: Some(params.nu),
            probability: seed,
            ..Training::new(&[], &[])
        };
        let settings = |gamma, rows: &[&[f64]]| {
            let scaled = NuSvcParams { gamma, ..params.clone() };
            scaled.settings(rows)
        };
        Fitted::new(asked, (params.gamma, settings), train, ctx).map(Self)
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.0.predict(x, out)
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        self.0.predict_proba(x, out)
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        self.0.save(saver);
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        Fitted::load(loader).map(Self)
    }
}
