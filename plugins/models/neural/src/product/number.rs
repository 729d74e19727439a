//! The vectors of `f32` and `f64`.

use pulp::Simd;

/// A number, and as many of it as a register holds.
pub(super) trait Number: Copy + Default + Send + Sync + 'static {
    /// The numbers in a register.
    type Vector<S: Simd>: Copy;

    /// The whole vectors of `values`; a remainder is not seen.
    fn vectors<S: Simd>(values: &[Self]) -> &[Self::Vector<S>];

    /// The same, to be written.
    fn vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [Self::Vector<S>];

    /// The same number in each lane.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;

    /// `c + a b` in each lane, rounded once.
    fn plus_product<S: Simd>(
        simd: S,
        c: Self::Vector<S>,
        a: Self,
        b: Self::Vector<S>,
    ) -> Self::Vector<S>;

    /// How many numbers a vector holds.
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! number {
    ($number:ty, $vector:ident, $split:ident, $split_mut:ident, $splat:ident, $fused:ident) => {
        impl Number for $number {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn vectors<S: Simd>(values: &[Self]) -> &[Self::Vector<S>] {
                S::$split(values).0
            }

            #[inline(always)]
            fn vectors_mut<S: Simd>(values: &mut [Self]) -> &mut [Self::Vector<S>] {
                S::$split_mut(values).0
            }

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S> {
                simd.$splat(value)
            }

            #[inline(always)]
            fn plus_product<S: Simd>(
                simd: S,
                c: Self::Vector<S>,
                a: Self,
                b: Self::Vector<S>,
            ) -> Self::Vector<S> {
                simd.$fused(simd.$splat(a), b, c)
            }
        }
    };
}
number!(f32, f32s, as_simd_f32s, as_mut_simd_f32s, splat_f32s, mul_add_f32s);
number!(f64, f64s, as_simd_f64s, as_mut_simd_f64s, splat_f64s, mul_add_f64s);
