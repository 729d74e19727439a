//! Covers a rectangle of an image with 0: up to a share `most` of each side.
//!
//! T. DeVries and G. W. Taylor, *Improved regularization of convolutional neural networks with
//! cutout* (2017); Z. Zhong et al., *Random erasing data augmentation* (2020).

use rand::Rng;

use super::image::Image;
use crate::Real;
use crate::random::{below, between};

pub(super) fn apply<T: Real>(image: &mut Image<'_, T>, most: f64, rng: &mut impl Rng) {
    let mut span = |side: usize| {
        let length = (between(0.0, most, rng) * side as f64).round() as usize;
        let start = below(side - length + 1, rng);
        start..start + length
    };
    let (rows, columns) = (span(image.height), span(image.width));
    image.clear(rows, columns);
}
