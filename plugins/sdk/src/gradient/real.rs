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
    /// The same numbers, for code that exists once for each kind.
    fn slice(values: &[Self]) -> Slice<'_>;
    /// The same numbers, to be written.
    fn slice_mut(values: &mut [Self]) -> SliceMut<'_>;
}

/// Numbers of a kind that is known.
#[derive(Debug, Clone, Copy)]
pub enum Slice<'a> {
    /// Single precision.
    F32(&'a [f32]),
    /// Double precision.
    F64(&'a [f64]),
}

/// Numbers of a kind that is known, to be written.
#[derive(Debug)]
pub enum SliceMut<'a> {
    /// Single precision.
    F32(&'a mut [f32]),
    /// Double precision.
    F64(&'a mut [f64]),
}

impl Real for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }

    fn slice(values: &[Self]) -> Slice<'_> {
        Slice::F32(values)
    }

    fn slice_mut(values: &mut [Self]) -> SliceMut<'_> {
        SliceMut::F32(values)
    }
}

impl Real for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn wide(self) -> f64 {
        self
    }

    fn slice(values: &[Self]) -> Slice<'_> {
        Slice::F64(values)
    }

    fn slice_mut(values: &mut [Self]) -> SliceMut<'_> {
        SliceMut::F64(values)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}
