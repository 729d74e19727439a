//! Turns an image about its centre, by up to `most` degrees each way.

use rand::Rng;

use super::image::Image;
use crate::Real;
use crate::random::between;

pub(super) fn apply<T: Real>(image: &mut Image<'_, T>, most: f64, rng: &mut impl Rng) {
    turn(image, between(-most, most, rng).to_radians());
}

pub(super) fn turn<T: Real>(image: &mut Image<'_, T>, angle: f64) {
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let (middle_row, middle) =
        (0.5 * (image.height as f64 - 1.0), 0.5 * (image.width as f64 - 1.0));
    image.resample(|row, column| {
        let (y, x) = (row - middle_row, column - middle);
        (middle_row + cos * y - sin * x, middle + sin * y + cos * x)
    });
}
