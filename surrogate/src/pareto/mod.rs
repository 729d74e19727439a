//! Several objectives at once: which results are best, how good they are together, and what
//! another trial would add.
//!
//! A point holds one value an objective, and larger is better in each; p dominates q if it is
//! nowhere worse and somewhere better. [`hypervolume`] measures a front, [`LogEhvi`] what a trial
//! is expected to add to it for up to three objectives; for more, [`LogScalarisedEi`] estimates
//! that from random [`Scalarisation`]s, each of which makes one objective of them.

mod cells;
mod front;
mod hypervolume;
mod log_ehvi;
mod order;
mod reference;
mod scalarisation;
mod scalarised_ei;
mod strips;

pub use cells::{Cell, non_dominated_cells};
pub use front::{non_dominated, ranks};
pub use hypervolume::hypervolume;
pub use log_ehvi::LogEhvi;
pub(crate) use order::order;
pub use reference::reference_point;
pub use scalarisation::Scalarisation;
pub use scalarised_ei::LogScalarisedEi;
