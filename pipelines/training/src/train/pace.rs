//! How many rows, batches, steps and epochs there are.

use crate::{BatchSize, Loop};

/// What the settings come to for a number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    /// Rows in a batch.
    pub(super) batch: usize,
    /// Batches in an epoch.
    pub(super) batches: usize,
    /// Steps in an epoch.
    pub(super) steps_per_epoch: u64,
    /// Epochs at most, the last of which may be cut short.
    pub(super) epochs: u64,
    /// Steps at most.
    pub(super) steps: u64,
}

impl Pace {
    pub(super) fn new(settings: &Loop, n_rows: usize) -> Self {
        let batch = match settings.batch_size {
            BatchSize::Full => n_rows,
            BatchSize::Rows(size) => size.clamp(1, n_rows),
        };
        let batches = if settings.drop_last { n_rows / batch } else { n_rows.div_ceil(batch) };
        let steps_per_epoch = batches.div_ceil(settings.accumulate) as u64;
        let all = settings.epochs.saturating_mul(steps_per_epoch);
        let steps = settings.max_steps.map_or(all, |most| most.min(all));
        Self { batch, batches, steps_per_epoch, epochs: steps.div_ceil(steps_per_epoch), steps }
    }

    /// Whether the epochs are cut short by the number of steps.
    pub(super) fn is_cut(&self, settings: &Loop) -> bool {
        self.steps < settings.epochs.saturating_mul(self.steps_per_epoch)
    }
}
