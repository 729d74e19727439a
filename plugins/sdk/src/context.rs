//! What surrounds a fit: seed, thread budget, progress.

/// What the host answers to a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[must_use = "a fit that ignores the verdict cannot be ended early"]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Return soon, with the best model so far.
    Stop,
    /// Return soon; the model will be thrown away.
    Cancel,
}

impl Verdict {
    /// Whether to return soon.
    #[must_use]
    pub fn should_stop(self) -> bool {
        self != Self::Continue
    }
}

/// The other end of a [`FitCtx`].
pub(crate) trait Progress {
    fn report(&self, step: u64, metrics: &[(&str, f64)]) -> Verdict;
    fn verdict(&self) -> Verdict;
}

/// The surroundings of one fit.
pub struct FitCtx<'a> {
    seed: u64,
    n_threads: usize,
    progress: &'a dyn Progress,
    verdict: Verdict,
}

impl<'a> FitCtx<'a> {
    pub(crate) fn new(seed: u64, n_threads: usize, progress: &'a dyn Progress) -> Self {
        Self { seed, n_threads: n_threads.max(1), progress, verdict: Verdict::Continue }
    }

    /// The only source of randomness: the same seed must give the same model.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many threads may be used, at least 1. All must have ended when `fit` returns.
    #[must_use]
    pub fn n_threads(&self) -> usize {
        self.n_threads
    }

    /// Tells how far the fit has come, such as the loss after an epoch. `step` must increase from
    /// one report to the next.
    pub fn report(&mut self, step: u64, metrics: &[(&str, f64)]) -> Verdict {
        self.remember(self.progress.report(step, metrics))
    }

    /// Whether to return soon; cheap enough for inner loops.
    #[must_use]
    pub fn should_stop(&mut self) -> bool {
        self.remember(self.progress.verdict()).should_stop()
    }

    /// The sternest verdict so far.
    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict
    }

    fn remember(&mut self, verdict: Verdict) -> Verdict {
        self.verdict = self.verdict.max(verdict);
        self.verdict
    }
}
