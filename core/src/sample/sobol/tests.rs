//! Unit tests of the Sobol' sequence.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Golden {
    first_32_points_in_dims_1_to_8: Vec<Vec<f64>>,
    far: Vec<Far>,
}

#[derive(Deserialize)]
struct Far {
    dim: usize,
    index: u64,
    value: f64,
}

/// Against `scipy.stats.qmc.Sobol(scramble=False)`; provenance and script in `tests/golden`.
#[test]
fn unscrambled_points_are_those_of_scipy() {
    let text = include_str!("../../../../tests/golden/sobol_scipy.json");
    let golden: Golden = serde_json::from_str(text).unwrap();
    let eight = Sobol::unscrambled(8).unwrap();
    assert_eq!(golden.first_32_points_in_dims_1_to_8.len(), 32);
    for (i, point) in golden.first_32_points_in_dims_1_to_8.iter().enumerate() {
        assert_eq!(eight.point(i as u64), *point, "point {i}");
    }
    let all = Sobol::unscrambled(DIMS_MAX).unwrap();
    assert!(!golden.far.is_empty());
    for Far { dim, index, value } in golden.far {
        let found = all.point(index)[dim - 1];
        assert!(found.to_bits() == value.to_bits(), "dimension {dim}, point {index}");
    }
}

/// One point in each of 2^k equal intervals is what makes 2^k columns invertible, for any k: the
/// columns of each dimension must have a one on the diagonal and zeros below it.
#[test]
fn every_line_of_the_table_gives_an_invertible_matrix() {
    let sobol = Sobol::unscrambled(DIMS_MAX).unwrap();
    assert_eq!(sobol.dims(), DIMS_MAX);
    for columns in &sobol.directions {
        for (k, column) in columns.iter().enumerate() {
            assert_eq!(column << k, 1 << 63);
        }
    }
}

#[test]
fn aligned_blocks_are_stratified_in_each_dimension() {
    let sobol = Sobol::new(40, Seed::root(3)).unwrap();
    for k in [0, 1, 4, 7] {
        let n = 1u64 << k;
        for block in [0, 1, 5, 1 << 40] {
            let points: Vec<_> = (0..n).map(|i| sobol.point(block * n + i)).collect();
            for d in 0..sobol.dims() {
                let mut strata: Vec<u64> =
                    points.iter().map(|p| (p[d] * n as f64) as u64).collect();
                strata.sort_unstable();
                assert!(strata.into_iter().eq(0..n), "dimension {d}, block {block} of {n}");
            }
        }
    }
}

/// The first two dimensions are a (0, 2)-sequence: every box of area 2⁻⁶ holds one of 64 points.
#[test]
fn the_first_two_dimensions_are_balanced_in_every_elementary_box() {
    let sobol = Sobol::new(2, Seed::root(8)).unwrap();
    for a in 0..=6 {
        let (columns, rows) = (1u64 << a, 1u64 << (6 - a));
        let mut boxes: Vec<u64> = (64..128)
            .map(|i| sobol.point(i))
            .map(|p| (p[0] * columns as f64) as u64 * rows + (p[1] * rows as f64) as u64)
            .collect();
        boxes.sort_unstable();
        assert!(boxes.into_iter().eq(0..64), "{columns} by {rows}");
    }
}

/// Joe and Kuo's numbers keep t small in all pairs of low dimensions: of 256 points, each of the
/// 16 squares holds between half and twice its 16.
#[test]
fn two_dimensional_projections_are_balanced() {
    let sobol = Sobol::new(12, Seed::root(1)).unwrap();
    let points: Vec<_> = (0..256).map(|i| sobol.point(i)).collect();
    for a in 0..12 {
        for b in 0..a {
            let mut squares = [0; 16];
            for p in &points {
                squares[(p[a] * 4.0) as usize * 4 + (p[b] * 4.0) as usize] += 1;
            }
            assert!(squares.iter().all(|n| (8..=32).contains(n)), "{a} and {b}: {squares:?}");
        }
    }
}

/// A single coordinate is uniform over scrambles: mean 1/2 and variance 1/12, within 4 standard
/// errors of 4000 draws; and it has all its bits.
#[test]
fn a_scrambled_coordinate_is_uniform_over_seeds() {
    let draws: Vec<f64> =
        (0..4000).map(|s| Sobol::new(1, Seed::root(s)).unwrap().point(0)[0]).collect();
    let n = draws.len() as f64;
    let mean = draws.iter().sum::<f64>() / n;
    let variance = draws.iter().map(|u| (u - mean).powi(2)).sum::<f64>() / n;
    assert!((mean - 0.5).abs() < 4.0 * (1.0 / 12.0 / n).sqrt(), "mean {mean}");
    assert!((variance - 1.0 / 12.0).abs() < 4.0 * (1.0 / 180.0 / n).sqrt(), "variance {variance}");
    let odd = draws.iter().filter(|u| (**u * (1u64 << 53) as f64) as u64 % 2 == 1);
    assert!((1850..2150).contains(&odd.count()));
}

/// Scrambled means of a smooth function beat the 1/√n of random points by far.
#[test]
fn integrates_a_smooth_function_better_than_random_points() {
    let f = |p: &[f64]| p.iter().map(|u| 1.0 + (u - 0.5) / 2.0).product::<f64>();
    let errors = (0..20).map(|s| {
        let sobol = Sobol::new(4, Seed::root(s)).unwrap();
        let mean = (0..1024).map(|i| f(&sobol.point(i))).sum::<f64>() / 1024.0;
        (mean - 1.0).powi(2)
    });
    let rmse = (errors.sum::<f64>() / 20.0).sqrt();
    // Random points: the standard deviation of f, √((1 + 1/48)⁴ − 1) = 0.29, over √1024 = 0.009.
    assert!(rmse < 2e-4, "{rmse}");
}

#[test]
fn seeds_and_dimensions_have_streams_of_their_own() {
    let four = Sobol::new(4, Seed::root(5)).unwrap();
    let five = Sobol::new(5, Seed::root(5)).unwrap();
    assert_eq!(four.point(9)[..], five.point(9)[..4]);
    assert_ne!(four.point(9), Sobol::new(4, Seed::root(6)).unwrap().point(9));
    assert_eq!(Sobol::new(0, Seed::root(5)).unwrap().point(9), Vec::<f64>::new());
}

/// Frozen: a change here breaks the reproduction of every saved run. The values are those of an
/// independent writing-out in Python of the seed's hash, the recurrence and the scramble.
#[test]
fn scrambled_points_are_frozen() {
    let point = Sobol::new(3, Seed::root(42)).unwrap().point(7);
    let expected = [0.4879054275421548, 0.8198474150794203, 0.12502226567244157];
    assert_eq!(point, expected);
}

/// The first outputs from seed 1234567, as published with the reference implementation in C.
#[test]
fn split_mix_64_is_the_published_one() {
    let outputs = [1, 2, 3].map(|n| split_mix_64(1_234_567, n));
    assert_eq!(outputs[0], 6_457_827_717_110_365_317);
    assert_eq!(outputs[1], 3_203_168_211_198_807_973);
    assert_eq!(outputs[2], 9_817_491_932_198_370_423);
}

#[test]
fn too_many_dimensions_are_refused() {
    let error = Sobol::new(1025, Seed::root(0)).unwrap_err();
    assert!(error.is_invalid() && error.to_string().contains("at most 1024"));
}
