//! Adds the same to all pixels of an image, up to `most` each way.

use rand::Rng;

use super::image::Image;
use crate::Real;
use crate::random::between;

pub(super) fn apply<T: Real>(image: &mut Image<'_, T>, most: f64, rng: &mut impl Rng) {
    let light = T::of(between(-most, most, rng));
    for pixel in image.pixels.iter_mut() {
        *pixel = *pixel + light;
    }
}
