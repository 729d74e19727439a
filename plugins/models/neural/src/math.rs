//! Functions whose bits are the same on every machine: those of `libm`, not the platform's.

use surmise_plugin_sdk::Real;

/// `e^x`.
pub(crate) fn exp<T: Real>(x: T) -> T {
    of_kind(x, libm::expf, libm::exp)
}

/// `e^x - 1`.
pub(crate) fn exp_m1<T: Real>(x: T) -> T {
    of_kind(x, libm::expm1f, libm::expm1)
}

/// `ln(1 + x)`.
pub(crate) fn ln_1p<T: Real>(x: T) -> T {
    of_kind(x, libm::log1pf, libm::log1p)
}

/// The natural logarithm.
pub(crate) fn ln<T: Real>(x: T) -> T {
    of_kind(x, libm::logf, libm::log)
}

/// The hyperbolic tangent.
pub(crate) fn tanh<T: Real>(x: T) -> T {
    of_kind(x, libm::tanhf, libm::tanh)
}

/// The error function.
pub(crate) fn erf<T: Real>(x: T) -> T {
    of_kind(x, libm::erff, libm::erf)
}

/// `1 / (1 + e^-x)`, without overflow.
pub(crate) fn sigmoid<T: Real>(x: T) -> T {
    let small = exp(-x.abs());
    let share = T::one() / (T::one() + small);
    if x < T::zero() { small * share } else { share }
}

fn of_kind<T: Real>(x: T, narrow: fn(f32) -> f32, wide: fn(f64) -> f64) -> T {
    if size_of::<T>() == size_of::<f32>() {
        T::of(f64::from(narrow(x.wide() as f32)))
    } else {
        T::of(wide(x.wide()))
    }
}
