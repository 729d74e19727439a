//! The pipeline file as it is written: types that mirror it key by key.
//!
//! What is here is the shape alone. Whether a stage exists or a bound fits its setting is decided
//! where the document is checked.

mod command;
mod domain;
mod isolation;
mod parts;
mod restrictions;
mod stages;
mod training;

pub(crate) use command::{
    Argument, CommandDocument, CommandModel, Confines, Goal, Measured, NamedBound,
};
pub(crate) use domain::{DomainText, Range, SpaceEntry, When};
pub(crate) use isolation::Isolation;
pub(crate) use parts::{FormatVersion, MetricName, Sampler, Settings, settings_schema};
pub(crate) use restrictions::{Combination, Constraints, Forbidden};
pub(crate) use stages::{Stage, Stages};
pub(crate) use training::{Regularization, Training, regularization_schema};

use surmise_core::component::Task;

use crate::decode::{
    Attempt, Delimiter, Fraction, Integer, Name, Number, Printable, Spanned, Text, record,
};

record! {
    /// A Surmise pipeline file: one experiment. Without `search` it is a plain run; with it, a
    /// study.
    struct Document as "the pipeline" {
        /// The version of this format.
        surmise: Attempt<FormatVersion>,
        /// What the experiment is called.
        name: Attempt<Spanned<Name>>,
        /// The only source of randomness; required for a study, else 0.
        seed: Attempt<Option<Spanned<Integer<0, { i64::MAX }>>>>,
        /// The table that is learnt from.
        data: Attempt<Data>,
        /// What is done to the table before the model sees it, in order. Fitted on the training
        /// fold only.
        stages: Attempt<Option<Stages>>,
        /// The model and its hyperparameters.
        model: Attempt<Spanned<Model>>,
        /// How a model is trained through its gradient; what is absent has its default.
        training: Attempt<Option<Spanned<Training>>>,
        /// What keeps a model that is trained from fitting its training rows too closely.
        regularization: Attempt<Option<Spanned<Regularization>>>,
        /// How a configuration is measured.
        evaluation: Attempt<Spanned<Evaluation>>,
        /// What is searched for, and how.
        search: Attempt<Option<Spanned<Search>>>,
        /// Where the model's code runs, and what it may do there.
        isolation: Attempt<Option<Isolation>>,
    }
}

record! {
    /// The table that is learnt from.
    struct Data as "`data`" {
        /// Where the table is.
        source: Attempt<CsvText>,
        /// The column to predict.
        target: Attempt<Spanned<Text>>,
        /// The column that says how much each row counts when the model is fitted; all count the
        /// same when absent.
        weights: Attempt<Option<Spanned<Text>>>,
        /// What is predicted; inferred from the target when absent.
        task: Attempt<Option<Spanned<Task>>>,
        /// How columns are used.
        columns: Attempt<Option<Columns>>,
        /// What is set aside before anything else.
        split: Attempt<Option<Split>>,
    }
}

record! {
    /// A file of comma-separated values.
    struct CsvText as "`data.source`" {
        /// The file, relative to the pipeline file.
        csv: Printable,
        /// Whether the first line holds the column names.
        header: bool = true,
        /// What separates the values of a line.
        delimiter: Delimiter = Delimiter(','),
    }
    later: ["tsv", "parquet", "arrow", "jsonl", "npz", "libsvm", "arff", "idx", "image_folder"]
}

record! {
    /// How columns are used.
    struct Columns as "`data.columns`" {
        /// Columns that are not used at all.
        drop: Option<Vec<Spanned<Text>>>,
        /// Columns whose values are names even if they look like numbers.
        categorical: Option<Vec<Spanned<Text>>>,
    }
}

record! {
    /// What is set aside before anything else.
    struct Split as "`data.split`" {
        /// Rows on which only the final configuration is measured.
        test: TestText,
    }
}

record! {
    /// Rows on which only the final configuration is measured.
    struct TestText as "`data.split.test`" {
        /// The share of the rows.
        fraction: Fraction,
        /// Whether every class keeps its share; by default for classification.
        stratify: Option<Spanned<bool>>,
    }
    later: ["column", "time", "group", "source"]
}

record! {
    /// The model and its hyperparameters.
    struct Model as "`model`" {
        /// A name on the plugin path, or the path of a shared library.
        plugin: Attempt<Spanned<Printable>>,
        /// Which of the plugin's models, if it has several.
        name: Attempt<Option<Spanned<Printable>>>,
        /// Hyperparameters; those absent have the plugin's defaults.
        params: Attempt<Option<Settings>>,
    }
}

record! {
    /// How a configuration is measured.
    struct Evaluation as "`evaluation`" {
        /// Which rows are trained on and which are measured on.
        resample: Attempt<Resample>,
        /// What is measured; it also says which way is better.
        metric: Attempt<Option<Spanned<MetricName>>>,
        /// What is measured, if it is several things; the first one ranks configurations.
        objectives: Attempt<Option<Spanned<Vec<Spanned<MetricName>>>>>,
        /// What a configuration must keep to be feasible.
        constraints: Attempt<Option<Vec<Attempt<Spanned<Bound>>>>>,
    }
}

record! {
    /// A bound on the mean of a metric over the folds: `min` or `max`.
    struct Bound as "a constraint" {
        /// What is measured.
        metric: Spanned<MetricName>,
        /// The least value that is allowed.
        min: Option<Number>,
        /// The largest value that is allowed.
        max: Option<Number>,
    }
}

record! {
    /// Which rows are trained on and which are measured on.
    struct Resample as "`evaluation.resample`" {
        /// The number of folds: each is measured on once, after training on the others.
        kfold: Integer<2, 10_000>,
        /// Whether every class keeps its share in every fold; by default for classification.
        stratified: Option<Spanned<bool>>,
        /// Whether rows are shuffled before they are dealt out.
        shuffle: bool = false,
    }
    later: ["holdout", "group_kfold", "time_series", "leave_one_out", "nested", "repeats"]
}

record! {
    /// What is searched for, and how.
    struct Search as "`search`" {
        /// What proposes configurations.
        sampler: Attempt<Sampler>,
        /// How many configurations are tried; the `grid` sampler tries all when absent.
        trials: Attempt<Option<Integer<1, 1_000_000>>>,
        /// How many trials may run at once. Results depend on this number, not on the machine.
        parallel: Attempt<Option<Integer<1, 1024>>>,
        /// What may vary: values by dotted path into this document.
        space: Attempt<Spanned<domain::SpaceText>>,
        /// Relations that every configuration satisfies, such as `a + b <= 1` of two paths.
        constraints: Attempt<Option<Spanned<Constraints>>>,
        /// Values by path that no configuration holds together.
        forbidden: Attempt<Option<Spanned<Forbidden>>>,
    }
    later: ["pruner", "stop"]
}
