//! Mirrors an image about the axes that it may be mirrored about, each half the time.

use rand::Rng;
use serde::Deserialize;

use super::image::Image;
use crate::Real;
use crate::random::happens;

/// What may be swapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Axes {
    None,
    /// Left and right.
    Horizontal,
    /// Top and bottom.
    Vertical,
    Both,
}

pub(super) fn apply<T: Real>(image: &mut Image<'_, T>, axes: Axes, rng: &mut impl Rng) {
    if axes == Axes::None {
        return;
    }
    let (first, second) = (happens(0.5, rng), happens(0.5, rng));
    let across = first && axes != Axes::Vertical;
    let down = second && axes != Axes::Horizontal;
    let (bottom, right) = (image.height as f64 - 1.0, image.width as f64 - 1.0);
    if across || down {
        image.resample(|row, column| {
            let row = if down { bottom - row } else { row };
            (row, if across { right - column } else { column })
        });
    }
}
