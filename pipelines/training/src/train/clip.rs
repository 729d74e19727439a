//! Gradients that are too long are shortened.

use crate::vector::{clamp, scale, square_sum};
use crate::{Loop, Real};

/// First by the norm, then by the value, where the settings say so.
///
/// By the norm: g ← g · min(1, c/(‖g‖ + 1e-6)), PyTorch's `clip_grad_norm_`. R. Pascanu, T. Mikolov
/// and Y. Bengio, *On the difficulty of training recurrent neural networks* (2013), algorithm 1.
pub(super) fn clip<T: Real>(gradient: &mut [T], settings: &Loop) {
    if let Some(most) = settings.clip_norm {
        let factor = most / (square_sum(gradient).sqrt() + 1e-6);
        if factor < 1.0 {
            scale(gradient, T::of(factor));
        }
    }
    if let Some(most) = settings.clip_value {
        clamp(gradient, T::of(most));
    }
}
