//! Gives values those of the same feature in other rows of the batch.
//!
//! J. Yoon et al., *VIME: extending the success of self- and semi-supervised learning to tabular
//! domain* (2020), section 4.1, where it is called corruption.

use rand::Rng;

use crate::Real;
use crate::random::{below, happens};
use crate::rows::Rows;

pub(super) fn apply<T: Real>(rows: &mut Rows<T>, rate: f64, rng: &mut impl Rng) {
    let (old, n, m) = (rows.x.clone(), rows.len(), rows.shape().n_features);
    for (i, x) in rows.x.iter_mut().enumerate() {
        if happens(rate, rng) {
            *x = old[below(n, rng) * m + i % m];
        }
    }
}
