//! The model as the host meets it.

use surmise_boosting::{ClassWeight, GradientBoosting, LossChoice, Params};
use surmise_plugin_sdk::Verdict;
use surmise_plugin_sdk::testing::{Data, check, fit, fit_while};

use crate::data::made;
use surmise_test_models::Classes;

fn small() -> Params {
    Params { n_iterations: 5, min_samples_leaf: 2, ..Params::default() }
}

fn wine() -> Data {
    let table = Classes::read("wine");
    let names: Vec<&str> = table.names.iter().map(String::as_str).collect();
    Data::classification(&table.rows, &table.codes, &names)
}

#[test]
fn it_keeps_what_it_promises_for_both_tasks() {
    let (rows, values) = made(60, 4, 1);
    let two: Vec<u32> = values.iter().map(|value| u32::from(*value > 1.2)).collect();
    let three: Vec<u32> = values.iter().map(|value| *value as u32).collect();
    let weights: Vec<f64> = (0..60).map(|i| f64::from(i % 4)).collect();
    let positive: Vec<f64> = values.iter().map(|value| value + 0.1).collect();
    let balanced = Params { class_weight: ClassWeight::Balanced, max_features: 0.5, ..small() };
    let stopping = Params { early_stopping: true, n_iter_no_change: 2, ..small() };
    for data in [
        Data::classification(&rows, &two, &["low", "high"]),
        Data::classification(&rows, &three, &["low", "middle", "high"]),
        Data::regression(&rows, &values),
    ] {
        for params in [&small(), &balanced] {
            check::<GradientBoosting>(params, &data).unwrap();
            check::<GradientBoosting>(params, &data.clone().weighted(&weights)).unwrap();
        }
        check::<GradientBoosting>(&stopping, &data.clone().validated(data)).unwrap();
    }
    let numbers = Data::regression(&rows, &positive);
    use LossChoice::{AbsoluteError, Gamma, Poisson, Quantile};
    for loss in [AbsoluteError, Gamma, Poisson, Quantile] {
        check::<GradientBoosting>(&Params { loss, ..small() }, &numbers).unwrap();
    }
}

#[test]
fn every_iteration_is_reported_and_told_to_stop_it_keeps_the_trees_so_far() {
    let params = Params { n_iterations: 6, ..Params::default() };
    let fitted = fit::<GradientBoosting>(&params, &wine(), 3).unwrap();
    let steps: Vec<u64> = fitted.reports().iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [1, 2, 3, 4, 5, 6]);
    let losses: Vec<f64> = fitted.reports().iter().map(|(_, metrics)| metrics[0].1).collect();
    assert!(losses.is_sorted_by(|before, after| after < before), "{losses:?}");
    assert_eq!(fitted.reports()[0].1[0].0, "train_loss");

    let stop = |step| if step == 4 { Verdict::Stop } else { Verdict::Continue };
    let stopped = fit_while::<GradientBoosting>(&params, &wine(), 3, stop).unwrap();
    assert_eq!(stopped.model().booster().n_iterations(), 4);
    let cancelled = fit_while::<GradientBoosting>(&params, &wine(), 0, |_| Verdict::Cancel);
    assert!(cancelled.is_err());
}

#[test]
fn it_ends_early_and_keeps_the_best() {
    let (rows, values) = made(400, 3, 5);
    let codes: Vec<u32> = values.iter().map(|value| u32::from(*value > 1.2)).collect();
    let params = Params {
        n_iterations: 1000,
        learning_rate: 0.5,
        early_stopping: true,
        n_iter_no_change: 5,
        ..Params::default()
    };
    let data = Data::classification(&rows, &codes, &["low", "high"]);
    let (others, values) = made(100, 3, 6);
    let codes: Vec<u32> = values.iter().map(|value| u32::from(*value > 1.2)).collect();
    let given = data.clone().validated(Data::classification(&others, &codes, &["low", "high"]));
    for data in [data, given] {
        let fitted = fit::<GradientBoosting>(&params, &data, 0).unwrap();
        let losses: Vec<f64> = fitted.reports().iter().map(|(_, metrics)| metrics[1].1).collect();
        let best = (0..losses.len()).min_by(|&a, &b| losses[a].total_cmp(&losses[b])).unwrap();
        assert_eq!(fitted.reports()[0].1[1].0, "validation_loss");
        assert_eq!(fitted.model().booster().n_iterations(), best + 1);
        assert!(losses.len() < 100 && losses.len() <= best + 1 + 5, "{losses:?}");
    }
}

#[test]
fn validation_rows_are_judged_by_without_early_stopping_too() {
    let judged = Data::regression(&[[0.0], [9.0]], &[1.0, 3.0]);
    let data = Data::regression(&[[0.0], [1.0], [8.0], [9.0]], &[0.0, 0.0, 2.0, 2.0]);
    let params = Params { learning_rate: 1.0, n_iterations: 1, ..small() };
    let fitted = fit::<GradientBoosting>(&params, &data.validated(judged), 0).unwrap();
    let metrics = &fitted.reports()[0].1;
    assert!(metrics[0].1.abs() < 1e-20 && (metrics[1].1 - 0.5).abs() < 1e-12, "{metrics:?}");
}

#[test]
fn balanced_classes_weigh_the_same() {
    let rows: Vec<[f64; 1]> = (0..20).map(|i| [f64::from(i % 2)]).collect();
    // Where the feature is 1, 3 of 10 rows are of the rare class; elsewhere none.
    let codes: Vec<u32> = (0..20).map(|i| u32::from([1, 3, 5].contains(&i))).collect();
    let data = Data::classification(&rows, &codes, &["common", "rare"]);
    let at = |class_weight| {
        let params = Params { class_weight, n_iterations: 100, min_samples_leaf: 1, ..small() };
        fit::<GradientBoosting>(&params, &data, 0).unwrap().predict_proba(&[[1.0]]).unwrap()
    };
    let close = |found: &[f64], share: f64| assert!((found[1] - share).abs() < 1e-4, "{found:?}");
    close(&at(ClassWeight::None), 0.3);
    // 3 rows of weight 20/6 and 7 of weight 20/34.
    close(&at(ClassWeight::Balanced), 10.0 / (10.0 + 7.0 * 20.0 / 34.0));
}

#[test]
fn one_class_is_certain() {
    let data = Data::classification(&[[0.0], [1.0], [2.0]], &[0, 0, 0], &["only"]);
    let fitted = fit::<GradientBoosting>(&small(), &data, 0).unwrap();
    assert_eq!(fitted.predict_proba(&[[1.0]]).unwrap(), [1.0]);
    assert_eq!(fitted.reload().unwrap().predict(&[[1.0]]).unwrap(), [0.0]);
}

#[test]
fn equal_numbers_are_predicted_exactly() {
    let data = Data::regression(&[[0.0], [1.0], [2.0]], &[0.1, 0.1, 0.1]);
    let fitted = fit::<GradientBoosting>(&small(), &data, 0).unwrap();
    assert!((fitted.predict(&[[5.0]]).unwrap()[0] - 0.1).abs() < 1e-15);
}

#[test]
fn quantiles_are_those_of_the_rows() {
    let rows: Vec<[f64; 1]> = (0..200).map(|i| [f64::from(i / 100)]).collect();
    let values: Vec<f64> = (0..200).map(f64::from).collect();
    let quantile = |q| {
        let params = Params {
            loss: LossChoice::Quantile,
            quantile: q,
            n_iterations: 200,
            ..Params::default()
        };
        let fitted = fit::<GradientBoosting>(&params, &Data::regression(&rows, &values), 0);
        fitted.unwrap().predict(&[[0.0], [1.0]]).unwrap()
    };
    for (q, low) in [(0.1, 10.0), (0.5, 50.0), (0.9, 90.0)] {
        let found = quantile(q);
        assert!((found[0] - low).abs() < 2.0, "{q}: {found:?}");
        assert!((found[1] - low - 100.0).abs() < 2.0, "{q}: {found:?}");
    }
}

fn refusal(params: &Params, data: &Data) -> String {
    fit::<GradientBoosting>(params, data, 0).expect_err(&format!("{params:?}")).to_string()
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let numbers = Data::regression(&[[0.0], [1.0]], &[-1.0, 1.0]);
    let classes = Data::classification(&[[0.0], [1.0], [2.0]], &[0, 1, 2], &["a", "b", "c"]);
    let of = |loss| Params { loss, ..small() };
    assert!(refusal(&of(LossChoice::Poisson), &numbers).contains("not negative"));
    assert!(refusal(&of(LossChoice::Gamma), &numbers).contains("above zero"));
    assert!(refusal(&of(LossChoice::LogLoss), &numbers).contains("does not fit these numbers"));
    assert!(refusal(&of(LossChoice::Poisson), &classes).contains("does not fit these classes"));
    let held = |signs: &[i32]| Params { monotonic_cst: signs.to_vec(), ..small() };
    assert!(refusal(&held(&[1, 0]), &numbers).contains("2 entries for 1 features"));
    assert!(refusal(&held(&[1]), &classes).contains("not for more"));
    let stopping = Params { early_stopping: true, ..small() };
    assert!(refusal(&stopping, &numbers).contains("none to judge by"));
    let empty = Data::regression(&[[], []], &[0.0, 1.0]);
    assert!(refusal(&small(), &empty).contains("at least one row and one feature"));
    let steep = Params { learning_rate: 10.0, n_iterations: 2000, ..small() };
    let far = Data::regression(&[[0.0], [1.0], [2.0], [3.0]], &[-1.0, 1.0, 1.0, 5.0]);
    assert!(refusal(&steep, &far).contains("lower `learning_rate`"));
}
