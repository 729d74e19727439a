//! What a unit makes of its input.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use surmise_plugin_sdk::{Choice, Real};

use crate::math::{erf, exp, exp_m1, ln_1p, sigmoid, tanh};

/// The slope of a leaky ReLU left of zero.
const LEAK: f64 = 0.01;

/// An activation function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Activation {
    /// max(0, z)
    Relu,
    /// z, or 0.01 z where z is negative
    LeakyRelu,
    /// z, or exp(z) - 1 where z is negative
    Elu,
    /// z Φ(z), Φ the normal distribution function
    Gelu,
    /// z / (1 + exp(-z)), also called swish
    Silu,
    /// the hyperbolic tangent
    Tanh,
    /// 1 / (1 + exp(-z))
    Sigmoid,
    /// ln(1 + exp(z))
    Softplus,
    /// z
    Identity,
}

impl Activation {
    /// `h[i] = f(z[i])`.
    pub(crate) fn apply<T: Real>(self, z: &[T], h: &mut [T]) {
        let zero = T::zero();
        match self {
            Self::Relu => map(z, h, |z| if z < zero { zero } else { z }),
            Self::LeakyRelu => map(z, h, |z| if z < zero { T::of(LEAK) * z } else { z }),
            Self::Elu => map(z, h, |z| if zero < z { z } else { exp_m1(z) }),
            Self::Gelu => map(z, h, |z| z * normal(z)),
            Self::Silu => map(z, h, |z| z * sigmoid(z)),
            Self::Tanh => map(z, h, tanh),
            Self::Sigmoid => map(z, h, sigmoid),
            Self::Softplus => map(z, h, |z| z.max(zero) + ln_1p(exp(-z.abs()))),
            Self::Identity => h.copy_from_slice(z),
        }
    }

    /// `d[i] *= f'(z[i])`. Where the slope jumps, it is that from the left, as in PyTorch.
    pub(crate) fn back<T: Real>(self, z: &[T], d: &mut [T]) {
        let (zero, one) = (T::zero(), T::one());
        match self {
            Self::Relu => each(z, d, |z, d| if zero < z { d } else { zero }),
            Self::LeakyRelu => each(z, d, |z, d| if zero < z { d } else { T::of(LEAK) * d }),
            Self::Elu => each(z, d, |z, d| if zero < z { d } else { d * exp(z) }),
            Self::Gelu => each(z, d, |z, d| d * (normal(z) + z * density(z))),
            Self::Silu => each(z, d, |z, d| {
                let s = sigmoid(z);
                d * s * (one + z * (one - s))
            }),
            Self::Tanh => each(z, d, |z, d| {
                let h = tanh(z);
                d * (one - h * h)
            }),
            Self::Sigmoid => each(z, d, |z, d| {
                let s = sigmoid(z);
                d * s * (one - s)
            }),
            Self::Softplus => each(z, d, |z, d| d * sigmoid(z)),
            Self::Identity => (),
        }
    }
}

fn map<T: Copy>(z: &[T], h: &mut [T], f: impl Fn(T) -> T) {
    for (h, z) in h.iter_mut().zip(z) {
        *h = f(*z);
    }
}

fn each<T: Copy>(z: &[T], d: &mut [T], f: impl Fn(T, T) -> T) {
    for (d, z) in d.iter_mut().zip(z) {
        *d = f(*z, *d);
    }
}

/// The normal distribution function.
fn normal<T: Real>(z: T) -> T {
    T::of(0.5) * (T::one() + erf(z * T::of(FRAC_1_SQRT_2)))
}

/// Its density.
fn density<T: Real>(z: T) -> T {
    T::of(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2) * exp(T::of(-0.5) * z * z)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values at -1.5 and 0.75 to 17 digits by mpmath 1.3 at 50 digits, from the formulas above.
    const GOLDEN: [(Activation, [f64; 2]); 9] = [
        (Activation::Relu, [0.0, 0.75]),
        (Activation::LeakyRelu, [-0.015, 0.75]),
        (Activation::Elu, [-0.776_869_839_851_570_2, 0.75]),
        (Activation::Gelu, [-0.100_210_801_903_287_1, 0.580_029_485_717_348_8]),
        (Activation::Silu, [-0.273_638_285_709_534_5, 0.509_384_024_381_544_7]),
        (Activation::Tanh, [-0.905_148_253_644_866_4, 0.635_148_952_387_287_3]),
        (Activation::Sigmoid, [0.182_425_523_806_356_35, 0.679_178_699_175_393]),
        (Activation::Softplus, [0.201_413_277_982_752_4, 1.136_871_006_114_899_9]),
        (Activation::Identity, [-1.5, 0.75]),
    ];

    #[test]
    fn golden_values() {
        for (activation, expected) in GOLDEN {
            let mut h = [0.0_f64; 2];
            activation.apply(&[-1.5, 0.75], &mut h);
            for (h, expected) in h.iter().zip(expected) {
                assert!((h - expected).abs() <= 4e-16, "{activation:?}: {h} {expected}");
            }
            let mut narrow = [0.0_f32; 2];
            activation.apply(&[-1.5, 0.75], &mut narrow);
            for (h, expected) in narrow.iter().zip(expected) {
                assert!((f64::from(*h) - expected).abs() <= 2e-7, "{activation:?}: {h}");
            }
        }
    }

    #[test]
    fn slopes_are_those_of_the_values() {
        for (activation, _) in GOLDEN {
            for z in [-2.5, -0.6, 0.3, 1.9] {
                let mut h = [0.0_f64; 2];
                activation.apply(&[z - 1e-5, z + 1e-5], &mut h);
                let mut d = [3.0_f64];
                activation.back(&[z], &mut d);
                let measured = 3.0 * (h[1] - h[0]) / 2e-5;
                assert!((d[0] - measured).abs() < 1e-8, "{activation:?} at {z}: {d:?} {measured}");
            }
        }
    }

    #[test]
    fn far_values_do_not_overflow() {
        for (activation, _) in GOLDEN {
            let (z, mut h, mut d) = ([-1e4_f32, 1e4], [0.0; 2], [1.0; 2]);
            activation.apply(&z, &mut h);
            activation.back(&z, &mut d);
            assert!(h.iter().chain(&d).all(|v| v.is_finite()), "{activation:?}: {h:?} {d:?}");
        }
    }
}
