//! Loops over all parameters that are no optimizer's.

use multiversion::multiversion;

use crate::Real;

/// Partial sums of a sum: entry i goes to the sum i mod 8, whatever the processor.
const LANES: usize = 8;

/// Σ vᵢ² in double precision.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn square_sum<T: Real>(v: &[T]) -> f64 {
    let mut sums = [0.0; LANES];
    let (chunks, rest) = v.as_chunks::<LANES>();
    for chunk in chunks {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += v.wide() * v.wide();
        }
    }
    for (sum, v) in sums.iter_mut().zip(rest) {
        *sum += v.wide() * v.wide();
    }
    tree(sums)
}

/// Σ |vᵢ| in double precision.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn absolute_sum<T: Real>(v: &[T]) -> f64 {
    let mut sums = [0.0; LANES];
    let (chunks, rest) = v.as_chunks::<LANES>();
    for chunk in chunks {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += v.wide().abs();
        }
    }
    for (sum, v) in sums.iter_mut().zip(rest) {
        *sum += v.wide().abs();
    }
    tree(sums)
}

fn tree([a, b, c, d, e, f, g, h]: [f64; LANES]) -> f64 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// vᵢ ← factor · vᵢ.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn scale<T: Real>(v: &mut [T], factor: T) {
    for v in v {
        *v = *v * factor;
    }
}

/// vᵢ ← vᵢ + factor · xᵢ.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn add<T: Real>(v: &mut [T], factor: T, x: &[T]) {
    for (v, x) in v.iter_mut().zip(x) {
        *v = *v + factor * *x;
    }
}

/// Cuts what lies beyond ±limit.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn clamp<T: Real>(v: &mut [T], limit: T) {
    let low = T::ZERO - limit;
    for v in v {
        let upper = if *v > limit { limit } else { *v };
        *v = if upper < low { low } else { upper };
    }
}

/// How far parameters lie from 0, in `N` lanes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent<T, const N: usize> {
    largest: [T; N],
    /// 0, or no number once a parameter or slope was none that is finite.
    nothing: [T; N],
}

impl<T: Real, const N: usize> Default for Extent<T, N> {
    fn default() -> Self {
        Self { largest: [T::ZERO; N], nothing: [T::ZERO; N] }
    }
}

impl<T: Real, const N: usize> Extent<T, N> {
    /// Takes some parameters and their slopes in.
    #[inline(always)]
    pub(crate) fn see(&mut self, params: &[T; N], slopes: &[T; N]) {
        for lane in 0..N {
            let (p, g) = (params[lane], slopes[lane]);
            self.largest[lane] = p.abs().or_larger(self.largest[lane]);
            self.nothing[lane] = self.nothing[lane] + (p * T::ZERO + g * T::ZERO);
        }
    }
}

impl<T: Real> Extent<T, 1> {
    /// That of all parameters and slopes.
    pub(crate) fn of(params: &[T], slopes: &[T]) -> Self {
        extent(params, slopes)
    }

    /// Takes in what another one saw.
    pub(crate) fn join<const N: usize>(&mut self, other: Extent<T, N>) {
        for (largest, nothing) in other.largest.into_iter().zip(other.nothing) {
            self.largest[0] = largest.or_larger(self.largest[0]);
            self.nothing[0] = self.nothing[0] + nothing;
        }
    }

    /// The largest |p|; no number if a parameter or slope was none that is finite.
    pub(crate) fn largest(self) -> T {
        self.largest[0] + self.nothing[0]
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
fn extent<T: Real>(params: &[T], slopes: &[T]) -> Extent<T, 1> {
    let (mut wide, mut all) = (Extent::<T, 16>::default(), Extent::<T, 1>::default());
    let ((params, params_rest), (slopes, slopes_rest)) = (params.as_chunks(), slopes.as_chunks());
    for (p, g) in params.iter().zip(slopes) {
        wide.see(p, g);
    }
    for (p, g) in params_rest.iter().zip(slopes_rest) {
        all.see(&[*p], &[*g]);
    }
    all.join(wide);
    all
}

/// Whether all lie within ±bound, as what is no number does not.
#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq", "x86_64+avx2"))]
pub(crate) fn all_within<T: Real>(v: &[T], bound: T) -> bool {
    v.iter().fold(true, |all, v| all & (v.abs() <= bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_reach_every_entry() {
        let v: Vec<f32> =
            (1..=21).map(|i| if i % 2 == 0 { i as f32 } else { -(i as f32) }).collect();
        assert_eq!(square_sum(&v), f64::from(21 * 22 * 43 / 6));
        assert_eq!(absolute_sum(&v), f64::from(21 * 22 / 2));
    }

    #[test]
    fn an_extent_is_the_largest_parameter_where_all_is_finite() {
        let params: Vec<f32> = (0..37).map(|i| if i == 20 { -50.0 } else { i as f32 }).collect();
        let slopes = vec![1.0; 37];
        assert_eq!(Extent::of(&params, &slopes).largest(), 50.0);
        for i in [0, 20, 36] {
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let mut with = params.clone();
                with[i] = bad;
                assert!(!Extent::of(&with, &slopes).largest().is_finite());
                let mut with = slopes.clone();
                with[i] = bad;
                assert!(!Extent::of(&params, &with).largest().is_finite());
            }
        }
    }

    #[test]
    fn bounds_are_kept_and_what_is_no_number_is_outside() {
        let mut v = vec![-3.0, -1.0, 0.5, 2.0];
        clamp(&mut v, 1.0);
        assert_eq!(v, [-1.0, -1.0, 0.5, 1.0]);
        assert!(all_within(&v, 1.0));
        assert!(!all_within(&v, 0.9) && !all_within(&[f64::NAN], f64::MAX));
        add(&mut v, 2.0, &[1.0, 1.0, 1.0, 1.0]);
        scale(&mut v, 0.5);
        assert_eq!(v, [0.5, 0.5, 1.25, 1.5]);
    }
}
