//! Cuts out a part of an image and stretches it to the whole: up to a share `most` of each side is
//! cut off, the same share of both.

use rand::Rng;

use super::image::Image;
use crate::Real;
use crate::random::between;

pub(super) fn apply<T: Real>(image: &mut Image<'_, T>, most: f64, rng: &mut impl Rng) {
    let cut = between(0.0, most, rng);
    let (bottom, right) = (image.height as f64 - 1.0, image.width as f64 - 1.0);
    let top = between(0.0, cut * bottom, rng);
    let left = between(0.0, cut * right, rng);
    image.resample(|row, column| (top + (1.0 - cut) * row, left + (1.0 - cut) * column));
}
