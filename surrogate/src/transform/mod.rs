//! How objective values become targets of the surrogate, and predictions become values again.

mod failures;
mod standardise;

pub use failures::penalised;
pub use standardise::Standardise;
