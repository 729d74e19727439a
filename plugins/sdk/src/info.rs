//! What a model tells about itself before it is made.

use surmise_plugin_abi::names::{is_hyperparameter, is_id};

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One of a set of classes.
    Classification,
    /// A number.
    Regression,
}

/// Something that a model can do beyond [`fit`](crate::Model::fit) and
/// [`predict`](crate::Model::predict). Each goes with what it names. A
/// [`GradientModel`](crate::GradientModel) has none: the host sees to all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cap {
    /// [`predict_proba`](crate::Model::predict_proba). Where hyperparameters switch it off (see
    /// [`Info::probabilities_if`]), it answers
    /// [`Error::unsupported`](crate::Error::unsupported).
    Proba,
    /// [`decision`](crate::Model::decision), likewise.
    Decision,
    /// [`save`](crate::Model::save) and [`load`](crate::Model::load).
    Save,
    /// [`importance`](crate::Model::importance).
    Importance,
    /// The fit heeds [`Train::weights`](crate::Train::weights); without it the host refuses them.
    Weights,
    /// The fit makes use of [`Train::validation`](crate::Train::validation); without it there is
    /// none.
    Validation,
    /// The fit calls [`FitCtx::report`](crate::FitCtx::report), so that it can be ended early.
    Report,
}

/// What the model makes of a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// There must be none: the host refuses such data before the model sees it.
    Reject,
    /// It arrives as NaN and the model deals with it.
    Nan,
}

/// What the same seed and the same data promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The same bits for any number of threads.
    Bitwise,
    /// The same bits for the same number of threads.
    PerThreadCount,
    /// Nothing.
    No,
}

/// A model's description; `const` so that mistakes in it are compile errors.
///
/// ```
/// use surmise_plugin_sdk::prelude::*;
///
/// const INFO: Info = Info::new("ridge", "Linear least squares with an L2 penalty")
///     .tasks(&[Task::Regression])
///     .caps(&[Cap::Save]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Info {
    pub(crate) id: &'static str,
    pub(crate) help: &'static str,
    pub(crate) tasks: &'static [Task],
    pub(crate) caps: &'static [Cap],
    pub(crate) missing: Missing,
    pub(crate) repeat: Repeat,
    pub(crate) multithreaded: bool,
    pub(crate) regularization: &'static [&'static str],
    pub(crate) is_default: bool,
    pub(crate) probabilities_if: Option<&'static str>,
}

impl Info {
    /// A single-threaded, bitwise repeatable model for dense data without missing values, for both
    /// tasks, with no further abilities.
    ///
    /// `id` is the name that a pipeline file uses; `help` is one sentence for people.
    ///
    /// # Panics
    /// At compile time, if `id` is not 1 to 64 characters of `a-z 0-9 _ . -` beginning with a
    /// letter.
    #[must_use]
    pub const fn new(id: &'static str, help: &'static str) -> Self {
        assert!(is_id(id), "a model id is 1 to 64 of a-z 0-9 _ . -");
        Self {
            id,
            help,
            tasks: &[Task::Classification, Task::Regression],
            caps: &[],
            missing: Missing::Reject,
            repeat: Repeat::Bitwise,
            multithreaded: false,
            regularization: &[],
            is_default: false,
            probabilities_if: None,
        }
    }

    /// Only these tasks.
    ///
    /// # Panics
    /// At compile time, if there are none.
    #[must_use]
    pub const fn tasks(self, tasks: &'static [Task]) -> Self {
        assert!(!tasks.is_empty(), "a model needs at least one task");
        Self { tasks, ..self }
    }

    /// These further abilities.
    #[must_use]
    pub const fn caps(self, caps: &'static [Cap]) -> Self {
        Self { caps, ..self }
    }

    /// What it makes of missing values, where that is not [`Missing::Reject`].
    #[must_use]
    pub const fn missing(self, missing: Missing) -> Self {
        Self { missing, ..self }
    }

    /// What it promises of repetition, where that is less than [`Repeat::Bitwise`].
    #[must_use]
    pub const fn repeat(self, repeat: Repeat) -> Self {
        Self { repeat, ..self }
    }

    /// It uses as many threads as [`FitCtx::n_threads`](crate::FitCtx::n_threads) allows.
    #[must_use]
    pub const fn multithreaded(self) -> Self {
        Self { multithreaded: true, ..self }
    }

    /// It predicts probabilities only where this yes-or-no hyperparameter is true, so that a host
    /// knows before a fit. A host refuses a plugin without such a hyperparameter.
    #[must_use]
    pub const fn probabilities_if(self, hyperparameter: &'static str) -> Self {
        Self { probabilities_if: Some(hyperparameter), ..self }
    }

    /// Of several models of a plugin, this is the one that is meant where none is named. At most
    /// one may be; without one, users have to name theirs.
    #[must_use]
    pub const fn default_model(self) -> Self {
        Self { is_default: true, ..self }
    }

    /// The kinds of regularization that it does itself while the host trains it, by the names that
    /// a pipeline file has for them, such as `dropout`: those that work inside of the model, where
    /// the host does not reach. Only for a [`GradientModel`](crate::GradientModel).
    ///
    /// # Panics
    /// At compile time, if one is not 1 to 64 characters of `A-Z a-z 0-9 _`, beginning with no
    /// digit.
    #[must_use]
    pub const fn regularization(self, regularization: &'static [&'static str]) -> Self {
        let mut rest = regularization;
        while let [name, others @ ..] = rest {
            assert!(is_hyperparameter(name), "a regularization is named 1 to 64 of A-Z a-z 0-9 _");
            rest = others;
        }
        Self { regularization, ..self }
    }

    /// Whether it does this task.
    #[must_use]
    pub fn does(&self, task: Task) -> bool {
        self.tasks.contains(&task)
    }

    /// Whether it has this ability.
    #[must_use]
    pub fn can(&self, cap: Cap) -> bool {
        self.caps.contains(&cap)
    }
}
