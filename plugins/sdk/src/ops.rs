//! A few loops that most gradient models need. Sums run from the first element to the last, so that
//! results do not depend on the processor.

use crate::Real;

/// Σ `a[i] b[i]`.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    assert_eq!(a.len(), b.len(), "two vectors of one length");
    a.iter().zip(b).fold(T::zero(), |sum, (a, b)| sum + *a * *b)
}

/// `y[i] += factor x[i]`.
///
/// # Panics
/// If the lengths differ.
pub fn add_scaled<T: Real>(y: &mut [T], factor: T, x: &[T]) {
    assert_eq!(y.len(), x.len(), "two vectors of one length");
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * *x;
    }
}

/// Replaces logits with probabilities: `exp(z[i]) / Σ exp(z[j])`, without overflow.
pub fn softmax<T: Real>(z: &mut [T]) {
    let largest = z.iter().copied().fold(T::neg_infinity(), T::max);
    let mut sum = T::zero();
    for z in z.iter_mut() {
        *z = (*z - largest).exp();
        sum += *z;
    }
    for z in z {
        *z /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_do_what_they_say() {
        assert_eq!(dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
        let mut y = [1.0_f32, 2.0];
        add_scaled(&mut y, 2.0, &[3.0, 4.0]);
        assert_eq!(y, [7.0, 10.0]);
        // ln 3 above the other: three times as likely; far from zero, so that exp would overflow.
        let mut z = [1000.0 + 3.0_f64.ln(), 1000.0];
        softmax(&mut z);
        assert!((z[0] - 0.75).abs() < 1e-12 && (z[1] - 0.25).abs() < 1e-12, "{z:?}");
    }
}
