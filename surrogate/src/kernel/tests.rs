//! Unit tests of the kernel against high-precision arithmetic and by differences.

use super::*;
use crate::transform::Kumaraswamy;

const A: [f64; 3] = [0.1, 0.7, 0.0];
const B: [f64; 3] = [0.4, 0.2, 0.5];

fn one(kernel: &Kernel, a: &[f64], b: &[f64]) -> f64 {
    let mut points = kernel.no_points();
    kernel.push(&mut points, b);
    let mut out = [0.0];
    kernel.covariances(&points, a, &mut out);
    out[0]
}

/// 50-digit arithmetic (mpmath 1.3): r² = .09/.49 + .5/4, s² = 1.5.
#[test]
fn a_value_from_high_precision_arithmetic() {
    let kernel = Kernel::new(&[0.7, 2.0], &[0, 1, 1], 1.5, 0.0).unwrap();
    let expected = 1.193_875_531_817_029_4;
    assert!((one(&kernel, &A, &B) - expected).abs() < 2e-15, "{}", one(&kernel, &A, &B));
    assert_eq!(one(&kernel, &A, &A), 1.5);
}

/// The sum of two kernels of one parameter each, at distances that are √2 times as long.
#[test]
fn the_additive_term_is_a_sum_over_parameters() {
    let both = Kernel::new(&[0.7, 2.0], &[0, 1, 1], 1.5, 0.8).unwrap();
    let joint = Kernel::new(&[0.7, 2.0], &[0, 1, 1], 1.5, 0.0).unwrap();
    let first = Kernel::new(&[0.7 / 2f64.sqrt()], &[0], 0.4, 0.0).unwrap();
    let second = Kernel::new(&[2.0 / 2f64.sqrt()], &[0, 0], 0.4, 0.0).unwrap();
    let sum = one(&joint, &A, &B) + one(&first, &A[..1], &B[..1]) + one(&second, &A[1..], &B[1..]);
    assert!((one(&both, &A, &B) - sum).abs() < 2e-15);
    assert_eq!(both.variance(), 2.3);
}

fn bent(feature: usize, offset: f64, a: f64, b: f64) -> InputWarp {
    InputWarp { feature, offset, law: Kumaraswamy { a, b } }
}

/// A warp of a feature is the kernel of warped features.
#[test]
fn a_warped_kernel_is_the_kernel_of_warped_points() {
    let plain = Kernel::new(&[0.67, 1.8], &[0, 1, 1], 1.3, 0.7).unwrap();
    let (first, second) = (bent(0, 0.0, 0.4, 2.0), bent(1, -0.5, 3.0, 0.7));
    let warped = plain.clone().warped(vec![first, second]).unwrap();
    let moved = |p: [f64; 3]| [first.apply(p[0]), second.apply(p[1]), p[2]];
    let (a, b) = ([0.1, 0.3, 0.0], [0.4, -0.2, 0.5]);
    assert_eq!(one(&warped, &a, &b), one(&plain, &moved(a), &moved(b)));
    assert!(plain.warped(vec![bent(3, 0.0, 1.0, 1.0)]).is_err());
}

#[test]
fn the_gradient_by_the_point_agrees_with_central_differences() {
    let plain = Kernel::new(&[0.67, 1.8], &[0, 1, 1], 1.3, 0.7).unwrap();
    assert_gradient(&plain);
    assert_gradient(&plain.warped(vec![bent(0, 0.0, 0.4, 2.0), bent(1, -0.5, 3.0, 0.7)]).unwrap());
}

fn assert_gradient(kernel: &Kernel) {
    const A: [f64; 3] = [0.1, 0.3, 0.0];
    let mut points = kernel.no_points();
    [B, [0.9, 0.1, 0.3]].iter().for_each(|b| kernel.push(&mut points, b));
    let (weights, mut out) = ([2.0, -0.5], [0.0; 2]);
    let slopes = kernel.slopes(&points, &A, &mut out);
    let gradient = kernel.pull(&points, &slopes, &weights);
    let weighted = |a: &[f64]| {
        let mut out = [0.0; 2];
        kernel.covariances(&points, a, &mut out);
        dot(&out, &weights)
    };
    assert!((weighted(&A) - dot(&out, &weights)).abs() < 1e-15);
    for i in 0..3 {
        let moved = |h: f64| {
            let mut a = A;
            a[i] += h;
            weighted(&a)
        };
        let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        assert!((gradient[i] - difference).abs() < 1e-8, "feature {i}");
    }
}

#[test]
fn the_gradient_vanishes_where_the_points_meet() {
    let kernel = Kernel::new(&[1.0, 1.0], &[0, 1, 1], 1.0, 1.0).unwrap();
    let mut points = kernel.no_points();
    kernel.push(&mut points, &A);
    let slopes = kernel.slopes(&points, &A, &mut [0.0]);
    assert_eq!(kernel.pull(&points, &slopes, &[1.0]), [0.0; 3]);
}

#[test]
fn impossible_parameters_are_refused() {
    assert!(Kernel::new(&[0.0], &[0], 1.0, 0.0).is_err());
    assert!(Kernel::new(&[1.0], &[0], f64::NAN, 0.0).is_err());
    assert!(Kernel::new(&[1.0], &[0], 1.0, -1.0).is_err());
    assert!(Kernel::new(&[1.0], &[1], 1.0, 0.0).is_err());
    assert!(Kernel::new(&[1.0, 1.0], &[1, 0], 1.0, 0.0).is_err());
}
