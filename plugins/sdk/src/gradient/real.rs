//! The two kinds of numbers that a gradient model computes with.

use std::fmt::{Debug, Display};
use std::iter::Sum;

use num_traits::{Float, NumAssign};

/// `f32` or `f64`, chosen by the host. Its arithmetic and functions (`exp`, `ln`, `tanh`, `zero`,
/// `one`, …) are those of [`num_traits::Float`], which libraries of linear algebra know.
pub trait Real:
    Float + NumAssign + Sum + Default + Debug + Display + Send + Sync + sealed::Sealed + 'static
{
    /// The nearest number.
    fn of(value: f64) -> Self;
    /// The same number.
    fn wide(self) -> f64;
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}
