//! Naive Bayes classifiers as a Surmise model plugin.
//!
//! The library holds the models [`GaussianNb`], for numbers, and [`MultinomialNb`], for counts.
//! Hyperparameters have scikit-learn's names and meanings. Both are sums over rows in their order,
//! with `libm`'s exponentials and logarithms and no randomness: the same rows give the same bits on
//! every processor.
//!
//! | symbol | meaning |
//! |---|---|
//! | `x` | rows of `p` features |
//! | `c`, `π_c` | classes and their prior probabilities |
//! | `s` | weights of the rows |
//!
//! Source: Hastie, Tibshirani & Friedman, "The Elements of Statistical Learning", 2nd edition,
//! section 6.6.3; for counts McCallum & Nigam, "A comparison of event models for naive Bayes text
//! classification", AAAI-98 workshop.

mod classes;
mod gaussian;
mod multinomial;

pub use classes::Scores;
pub use gaussian::{GaussianNb, GaussianParams, GaussianPriors};
pub use multinomial::{MultinomialNb, MultinomialParams};

surmise_plugin_sdk::export_model!(GaussianNb, MultinomialNb);
