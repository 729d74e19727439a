//! The search against one that compares everything.

use proptest::collection::vec;
use proptest::prelude::*;
use surmise_neighbors::{Index, Metric};

/// Coordinates that coincide often, in a unit and from an origin that single precision cannot
/// hold.
fn rows(n_features: usize, n_max: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    let row = vec(-3_i8..4, n_features);
    (vec(row, 1..n_max), -6_i32..7, -1e6..1e6).prop_map(|(rows, exponent, origin)| {
        let unit = 10_f64.powi(exponent);
        let place = |v: i8| origin + f64::from(v) * unit;
        rows.into_iter().map(|row| row.into_iter().map(place).collect()).collect()
    })
}

fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![
        Just(Metric::Euclidean),
        Just(Metric::Manhattan),
        Just(Metric::Chebyshev),
        Just(Metric::Cosine),
        Just(Metric::Minkowski(3.0)),
        (1.0..8.0).prop_map(Metric::Minkowski),
    ]
}

/// In the order of the sums of the search, so that equal distances are equal here, too.
fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let mut lanes = [0.0; 8];
    for (j, term) in terms.enumerate() {
        lanes[j % 8] += term;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

fn unit(row: &[f64]) -> Vec<f64> {
    let top = row.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
    let row: Vec<f64> = row.iter().map(|x| if top > 0.0 { x / top } else { 0.0 }).collect();
    let length = sum(row.iter().map(|x| x * x)).sqrt();
    row.iter().map(|x| if length > 0.0 { x / length } else { 0.0 }).collect()
}

/// What orders rows, and the distance that it stands for.
fn rank(metric: Metric, x: &[f64], z: &[f64]) -> (f64, f64) {
    let gaps = x.iter().zip(z).map(|(x, z)| (x - z).abs());
    let same = |rank: f64| (rank, rank);
    match metric {
        Metric::Euclidean => {
            let rank = sum(gaps.map(|gap| gap * gap));
            (rank, rank.sqrt())
        }
        Metric::Manhattan => same(sum(gaps)),
        Metric::Chebyshev => same(gaps.fold(0.0, f64::max)),
        Metric::Minkowski(p) => {
            let rank = gaps.map(|gap| libm::pow(gap, p)).sum();
            (rank, libm::pow(rank, 1.0 / p))
        }
        Metric::Cosine => {
            let (x, z) = (unit(x), unit(z));
            let is_same = x == z && x.iter().any(|x| *x != 0.0);
            let cosine = sum(x.iter().zip(&z).map(|(x, z)| x * z));
            same(if is_same { 0.0 } else { (1.0 - cosine).max(0.0) })
        }
    }
}

fn plain(metric: Metric, rows: &[Vec<f64>], query: &[f64], k: usize) -> Vec<(f64, u32)> {
    let mut all: Vec<((f64, f64), u32)> =
        rows.iter().zip(0..).map(|(row, i)| (rank(metric, query, row), i)).collect();
    all.sort_by(|a, b| (a.0.0, a.1).partial_cmp(&(b.0.0, b.1)).unwrap());
    all.truncate(k);
    all.into_iter().map(|((_, distance), row)| (distance, row)).collect()
}

fn found(
    metric: Metric,
    rows: &[Vec<f64>],
    queries: &[Vec<f64>],
    k: usize,
) -> Vec<Vec<(f64, u32)>> {
    let index = Index::new(metric, rows.concat(), rows[0].len()).unwrap();
    let mut all = Vec::new();
    let queries = queries.iter().map(Vec::as_slice);
    index.nearest(queries, k, |_, found| all.push(found.to_vec())).unwrap();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neighbours_and_ties_are_those_of_a_plain_search(
        (rows, queries) in (1..12_usize).prop_flat_map(|n| (rows(n, 300), rows(n, 9))),
        metric in metrics(),
        k in 1..20_usize,
    ) {
        let queries = [&queries[..], &rows[..rows.len().min(5)]].concat();
        for (query, found) in queries.iter().zip(found(metric, &rows, &queries, k)) {
            prop_assert_eq!(found, plain(metric, &rows, query, k));
        }
    }

    /// Doubling is exact, and no distance is another after it.
    #[test]
    fn units_do_not_matter(rows in rows(3, 100), k in 1..9_usize) {
        let doubled: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().map(|x| 2.0 * x).collect()).collect();
        for metric in [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev] {
            let once = found(metric, &rows, &rows, k);
            let twice = found(metric, &doubled, &doubled, k);
            for (once, twice) in once.iter().flatten().zip(twice.iter().flatten()) {
                prop_assert_eq!((2.0 * once.0, once.1), *twice);
            }
        }
    }
}

/// More rows than a stretch and more queries than a batch, one of them so far away that single
/// precision cannot hold it.
#[test]
fn many_rows_and_far_queries_are_found() {
    let value = |i: usize, j: usize| ((i * 7919 + j * 104_729) % 1009) as f64 / 7.0;
    let row = |i: usize| (0..5).map(|j| value(i, j)).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..3000).map(row).collect();
    let mut queries: Vec<Vec<f64>> = (0..300).map(|i| row(i * 31 + 5000)).collect();
    queries[77] = vec![1e140; 5];
    queries[78] = vec![-1e20, 0.0, 3.0, 1e19, 0.0];
    for metric in [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine] {
        let all = found(metric, &rows, &queries, 6);
        for (query, found) in queries.iter().zip(all) {
            assert_eq!(found, plain(metric, &rows, query, 6), "{metric:?} {query:?}");
        }
    }
}
