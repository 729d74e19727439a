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
