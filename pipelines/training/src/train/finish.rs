//! What is left to do after the last epoch.

use super::session::{Session, fail};
use crate::{Pass, Point, Real, Result, rows};

/// The state of a recomputed model is made from at least so many batches: running means that keep
/// nine tenths have forgotten where they came from by then.
const REFRESH_BATCHES: usize = 100;

impl<T: Real> Session<'_, T> {
    /// Lets the stages change where training came to; where they say so, the state is recomputed by
    /// passes over the training data.
    pub(super) fn finish(&mut self) -> Result<()> {
        let mut point = self.point.clone();
        let mut is_stale = false;
        for stage in &mut self.stages {
            let before = point.params.clone();
            let moved = stage.regularizer.finish(&mut point);
            is_stale = moved || is_stale && before == point.params;
        }
        self.point = point;
        self.check_params()?;
        if is_stale && !self.point.state.is_empty() {
            self.refresh()?;
        }
        Ok(())
    }

    fn refresh(&mut self) -> Result<()> {
        let n = rows::n_rows(&self.data.train, self.data.shape);
        let order: Vec<usize> = (0..n).collect();
        let batches = n.div_ceil(self.pace.batch).max(REFRESH_BATCHES);
        let seed = self.seed.child("refresh");
        for (i, rows) in order.chunks(self.pace.batch).cycle().take(batches).enumerate() {
            self.rows.gather(&self.data.train, rows);
            let batch = self.rows.batch();
            if rows::weight(&batch, self.data.shape) == 0.0 {
                continue;
            }
            let seed = seed.child(i).to_u64();
            let pass = Pass { train: true, seed, n_threads: self.n_threads };
            let Point { params, state } = &mut self.point;
            self.model
                .loss_and_gradient(pass, &batch, params, state, None)
                .map_err(|e| fail(e, self.epoch, self.step))?;
        }
        Ok(())
    }
}
