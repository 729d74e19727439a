//! `f32` or `f64`: the numbers of features, parameters, state and gradient.

use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Sub};

use serde_json::{Map, Value};
use surmise_core::component::Precision;

use crate::{Result, optimize, regularize};

/// The arithmetic that training needs. All of it is exact to the last bit on every processor.
pub trait Real:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + sealed::Sealed
    + 'static
{
    /// As a descriptor names it.
    const PRECISION: Precision;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The smallest number above 0 whose arithmetic is quick; smaller ones are subnormal.
    const TINY: Self;
    /// The largest number.
    const MAX: Self;

    /// The nearest number of this kind.
    fn of(x: f64) -> Self;
    /// The same number in double precision.
    fn wide(self) -> f64;
    /// √self.
    fn sqrt(self) -> Self;
    /// |self|.
    fn abs(self) -> Self;

    /// The larger of two; `other` if this is no number.
    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        if self > other { self } else { other }
    }

    /// 0 where this is subnormal. What an optimizer remembers of a parameter that has no slope any
    /// more would stay subnormal for ever, and make each step many times as long.
    #[inline(always)]
    fn or_zero(self) -> Self {
        if self.abs() < Self::TINY { Self::ZERO } else { self }
    }

    /// 1, −1, or 0 where this is 0 or no number.
    #[inline(always)]
    fn sign(self) -> Self {
        let positive = if self > Self::ZERO { Self::ONE } else { Self::ZERO };
        let negative = if self < Self::ZERO { Self::ONE } else { Self::ZERO };
        positive - negative
    }

    /// Builds an optimizer for this kind of numbers.
    #[doc(hidden)]
    fn method(
        entry: &optimize::Entry,
        settings: &Map<String, Value>,
    ) -> Result<optimize::Method<Self>>;

    /// Builds a stage for this kind of numbers.
    #[doc(hidden)]
    fn stage(
        entry: &regularize::Entry,
        settings: &Map<String, Value>,
    ) -> Result<Box<dyn regularize::Regularizer<Self>>>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! real {
    ($real:ident, $precision:ident, $field:ident) => {
        impl Real for $real {
            const PRECISION: Precision = Precision::$precision;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TINY: Self = $real::MIN_POSITIVE;
            const MAX: Self = $real::MAX;

            #[inline(always)]
            fn of(x: f64) -> Self {
                x as $real
            }

            #[inline(always)]
            fn wide(self) -> f64 {
                self.into()
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                $real::sqrt(self)
            }

            #[inline(always)]
            fn abs(self) -> Self {
                $real::abs(self)
            }

            fn method(
                entry: &optimize::Entry,
                settings: &Map<String, Value>,
            ) -> Result<optimize::Method<Self>> {
                (entry.$field)(settings)
            }

            fn stage(
                entry: &regularize::Entry,
                settings: &Map<String, Value>,
            ) -> Result<Box<dyn regularize::Regularizer<Self>>> {
                (entry.$field)(settings)
            }
        }
    };
}

real!(f32, F32, f32);
real!(f64, F64, f64);
