//! Moves an image by whole pixels, up to `most` each way.

use rand::Rng;

use super::image::Image;
use crate::Real;
use crate::random::below;

pub(super) fn apply<T: Real>(image: &mut Image<'_, T>, most: usize, rng: &mut impl Rng) {
    let mut by = || below(2 * most + 1, rng) as f64 - most as f64;
    let (down, right) = (by(), by());
    image.resample(|row, column| (row - down, column - right));
}
