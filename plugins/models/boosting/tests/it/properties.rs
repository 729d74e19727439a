//! What must hold of any booster.

use proptest::prelude::*;
use surmise_boosting::{Booster, Data, LossChoice, Params, Settings, Target};

use crate::data::{fit, made, predictions, slices};

fn codes(scores: &[f64]) -> Vec<u32> {
    scores.iter().map(|score| *score as u32).collect()
}

fn small() -> Params {
    Params { n_iterations: 8, min_samples_leaf: 5, ..Params::default() }
}

/// The bits of all that it predicts.
fn bits(booster: &Booster, rows: &[&[f64]]) -> Vec<u64> {
    predictions(booster, rows).iter().map(|value| value.to_bits()).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (rows, scores) = made(20_000, 7, 3);
    let (rows, codes) = (slices(&rows), codes(&scores));
    let weights: Vec<f64> = scores.iter().map(|score| 0.5 + score.fract()).collect();
    let with = |params: &Params, target: Target<'_>, n_threads| {
        let n_classes = match target {
            Target::Classes { n_classes, .. } => Some(n_classes),
            Target::Numbers(_) => None,
        };
        let train = Data { rows: &rows, target, weights: Some(&weights) };
        let settings = params.settings(n_classes);
        let mut reports = Vec::new();
        let booster = Booster::fit(&train, None, &settings, (7, n_threads), &mut |n, metrics| {
            reports.push((n, metrics.iter().map(|(_, value)| value.to_bits()).collect::<Vec<_>>()));
            false
        });
        let booster = booster.unwrap();
        (bits(&booster, &rows), reports, booster)
    };
    let drawn = Params { max_features: 0.5, early_stopping: true, ..small() };
    let median = Params { loss: LossChoice::AbsoluteError, ..small() };
    let quantile = Params { loss: LossChoice::Quantile, quantile: 0.9, ..drawn.clone() };
    let (classes, numbers) =
        (Target::Classes { codes: &codes, n_classes: 3 }, Target::Numbers(&scores));
    let cases = [
        (small(), classes),
        (small(), numbers),
        (drawn.clone(), classes),
        (drawn, numbers),
        (median, numbers),
        (quantile, numbers),
    ];
    for (params, target) in cases {
        let one = with(&params, target, 1);
        for n_threads in [2, 3, 5] {
            assert!(with(&params, target, n_threads) == one, "{params:?}, {n_threads} threads");
        }
    }
}

/// The loss on the training rows after each iteration.
fn losses(rows: &[&[f64]], target: Target<'_>, settings: &Settings) -> Vec<f64> {
    let train = Data { rows, target, weights: None };
    let mut losses = Vec::new();
    Booster::fit(&train, None, settings, (0, 1), &mut |_, metrics| {
        losses.push(metrics[0].1);
        false
    })
    .unwrap();
    losses
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_training_loss_falls_at_small_rates(seed in any::<u64>(), leaves in 2..20_u32) {
        let (rows, scores) = made(300, 4, seed);
        let (rows, codes) = (slices(&rows), codes(&scores));
        let params = Params { learning_rate: 0.05, max_leaf_nodes: Some(leaves), ..small() };
        let classes = Target::Classes { codes: &codes, n_classes: 3 };
        for (target, n_classes) in [(classes, Some(3)), (Target::Numbers(&scores), None)] {
            let losses = losses(&rows, target, &params.settings(n_classes));
            prop_assert_eq!(losses.len(), 8);
            prop_assert!(losses.is_sorted_by(|before, after| after < before), "{:?}", losses);
        }
    }

    #[test]
    fn predictions_keep_to_monotone_constraints(
        seed in any::<u64>(),
        signs in prop::collection::vec(-1..=1_i32, 3),
        is_class in any::<bool>(),
    ) {
        let (rows, scores) = made(300, 3, seed);
        let rows = slices(&rows);
        let codes: Vec<u32> = scores.iter().map(|score| u32::from(*score > 1.2)).collect();
        let params = Params { monotonic_cst: signs.clone(), learning_rate: 0.5, ..small() };
        let booster = match is_class {
            true => {
                let target = Target::Classes { codes: &codes, n_classes: 2 };
                fit(&rows, target, None, &params.settings(Some(2)))
            }
            false => fit(&rows, Target::Numbers(&scores), None, &params.settings(None)),
        };
        for feature in 0..3 {
            for row in rows.iter().step_by(30) {
                let moved = (0..=60).map(|step| {
                    let mut row = row.to_vec();
                    row[feature] = f64::from(step) / if feature == 0 { 1.5 } else { 60.0 };
                    row
                });
                let moved: Vec<Vec<f64>> = moved.collect();
                let values = predictions(&booster, &slices(&moved));
                let values: Vec<f64> = match is_class {
                    true => values.chunks_exact(2).map(|shares| shares[1]).collect(),
                    false => values,
                };
                let sign = f64::from(signs[feature]);
                let is_kept = values.windows(2).all(|pair| sign * (pair[1] - pair[0]) >= 0.0);
                prop_assert!(is_kept, "feature {}, {:?}", feature, values);
            }
        }
    }

    #[test]
    fn a_weight_counts_as_that_many_rows(
        seed in any::<u64>(),
        counts in prop::collection::vec(0..4_usize, 120),
    ) {
        let (rows, scores) = made(120, 3, seed);
        let rows = slices(&rows);
        let times = |i: usize| std::iter::repeat_n(i, counts[i]);
        let repeated: Vec<usize> = (0..120).flat_map(times).collect();
        prop_assume!(repeated.len() > 10);
        let many: Vec<&[f64]> = repeated.iter().map(|&i| rows[i]).collect();
        let many_scores: Vec<f64> = repeated.iter().map(|&i| scores[i]).collect();
        let weights: Vec<f64> = counts.iter().map(|n| *n as f64).collect();
        let max_leaf_nodes = Some(8);
        let params = Params { min_samples_leaf: 9, max_bins: 32, max_leaf_nodes, ..small() };
        let settings = params.settings(None);
        let weighted = fit(&rows, Target::Numbers(&scores), Some(&weights), &settings);
        let repeated = fit(&many, Target::Numbers(&many_scores), None, &settings);
        let (a, b) = (predictions(&weighted, &rows), predictions(&repeated, &rows));
        for (a, b) in a.iter().zip(&b) {
            prop_assert!((a - b).abs() < 1e-6, "{} and {}", a, b);
        }
    }

    #[test]
    fn missing_values_go_to_the_better_side(seed in any::<u64>(), is_high in any::<bool>()) {
        let (mut rows, _) = made(200, 2, seed);
        for (i, row) in rows.iter_mut().enumerate() {
            row[0] = if i % 5 == 0 { f64::NAN } else { (i % 50) as f64 };
        }
        let is_above = |x: f64| if x.is_nan() { is_high } else { x >= 25.0 };
        let value = |row: &Vec<f64>| f64::from(is_above(row[0]));
        let values: Vec<f64> = rows.iter().map(value).collect();
        let params = Params { learning_rate: 1.0, n_iterations: 1, ..small() };
        let booster = fit(&slices(&rows), Target::Numbers(&values), None, &params.settings(None));
        let asked = [vec![f64::NAN, 0.5], vec![3.0, 0.5], vec![40.0, 0.5]];
        let found = predictions(&booster, &slices(&asked));
        for (found, wanted) in found.iter().zip([f64::from(is_high), 0.0, 1.0]) {
            prop_assert!((found - wanted).abs() < 1e-9, "{} and {}", found, wanted);
        }
        prop_assert_eq!(booster.n_leaves(), [2]);
    }

    #[test]
    fn gains_are_told_of_the_features_that_were_split(seed in any::<u64>()) {
        let (rows, scores) = made(200, 4, seed);
        let booster = fit(&slices(&rows), Target::Numbers(&scores), None, &small().settings(None));
        // Squared error: what the trees take from the loss is at most half their gains.
        prop_assert!(booster.importance().iter().all(|gain| *gain >= 0.0));
        prop_assert!(booster.importance()[0] > 0.0);
        prop_assert_eq!(booster.n_iterations(), 8);
    }
}
