//! Adds normal noise to every value.

use rand::Rng;

use crate::Real;
use crate::random::normal;
use crate::rows::Rows;

pub(super) fn apply<T: Real>(rows: &mut Rows<T>, deviation: f64, rng: &mut impl Rng) {
    for x in &mut rows.x {
        *x = *x + T::of(deviation * normal(rng));
    }
}
