//! The models as the host meets them.

use surmise_forest::{
    ClassWeightChoice, Criterion, ExtraParams, ExtraTrees, MaxFeatures, Params, RandomForest,
    Splitter,
};
use surmise_plugin_sdk::Verdict;
use surmise_plugin_sdk::testing::{Data, check, fit, fit_while};

use surmise_test_models::Classes;

fn small() -> Params {
    Params { n_estimators: 5, ..Params::default() }
}

fn wine() -> Data {
    let table = Classes::read("wine");
    let names: Vec<&str> = table.names.iter().map(String::as_str).collect();
    Data::classification(&table.rows, &table.codes, &names)
}

/// A tenth of the rows, and what they predict of their first feature from the others.
fn numbers() -> (Vec<Vec<f64>>, Vec<f64>) {
    let rows = Classes::read("wine").rows.into_iter().step_by(10);
    rows.map(|row| (row[1..].to_vec(), row[0])).unzip()
}

#[test]
fn both_keep_what_they_promise_for_both_tasks() {
    let (rows, values) = numbers();
    let codes: Vec<u32> = values.iter().map(|value| u32::from(*value > 13.0)).collect();
    let classes = Data::classification(&rows, &codes, &["light", "strong"]);
    let numbers = Data::regression(&rows, &values);
    let extra = Params { splitter: Splitter::Random, bootstrap: false, ..small() };
    let drawn = Params { bootstrap: true, ..extra.clone() };
    let balanced = ClassWeightChoice::BalancedSubsample;
    for data in [&classes, &numbers] {
        check::<RandomForest>(&small(), data).unwrap();
        check::<RandomForest>(&Params { class_weight: balanced, ..small() }, data).unwrap();
        check::<RandomForest>(&extra, data).unwrap();
        check::<ExtraTrees>(&ExtraParams { n_estimators: 5, ..Default::default() }, data).unwrap();
        check::<RandomForest>(&drawn, data).unwrap();
    }
}

#[test]
fn extra_trees_are_random_splits_of_all_rows() {
    let splitter = Splitter::Random;
    let forest = Params { splitter, bootstrap: false, ..Params::default() };
    let forest = fit::<RandomForest>(&forest, &wine(), 3).unwrap();
    let extra = fit::<ExtraTrees>(&ExtraParams::default(), &wine(), 3).unwrap();
    assert_eq!(extra.model().forest(), forest.model().forest());
}

#[test]
fn the_out_of_bag_score_is_reported_and_near_the_cross_validated_one() {
    let params = Params { oob_score: true, ..Params::default() };
    let fitted = fit::<RandomForest>(&params, &wine(), 3).unwrap();
    let [(100, metrics)] = fitted.reports() else { panic!("{:?}", fitted.reports()) };
    let (name, score) = metrics.last().unwrap();
    assert_eq!(name, "oob_score");
    // scikit-learn 1.9.1 over five seeds: 0.972 to 0.989.
    assert!((0.95..=1.0).contains(score), "{score}");

    let (rows, values) = numbers();
    let fitted = fit::<RandomForest>(&params, &Data::regression(&rows, &values), 3).unwrap();
    let score = fitted.reports()[0].1.last().unwrap().1;
    assert!((-0.5..1.0).contains(&score), "{score}");
}

#[test]
fn told_to_stop_it_keeps_the_trees_so_far() {
    let fitted = fit_while::<RandomForest>(&small(), &wine(), 0, |_| Verdict::Stop).unwrap();
    assert_eq!(fitted.model().forest().n_trees(), 5);
    let cancelled = fit_while::<RandomForest>(&small(), &wine(), 0, |_| Verdict::Cancel);
    assert!(cancelled.is_err());
}

#[test]
fn a_missing_value_goes_where_it_went_in_training() {
    let nan = f64::NAN;
    let rows = [[0.0], [1.0], [2.0], [8.0], [9.0], [nan], [nan]];
    let params = Params { bootstrap: false, ..small() };
    for (code, name) in [(0, "left"), (1, "right")] {
        let codes = [0, 0, 0, 1, 1, code, code];
        let data = Data::classification(&rows, &codes, &["low", "high"]);
        let fitted = fit::<RandomForest>(&params, &data, 0).unwrap();
        let predicted = fitted.predict(&[[nan], [0.5], [8.5]]).unwrap();
        assert_eq!(predicted, [f64::from(code), 0.0, 1.0], "{name}");
    }
    // None was missing in training: with the larger part.
    let data = Data::classification(&rows[..5], &[0, 0, 0, 1, 1], &["low", "high"]);
    let fitted = fit::<RandomForest>(&params, &data, 0).unwrap();
    assert_eq!(fitted.predict(&[[nan]]).unwrap(), [0.0]);
    // Only whether it is missing tells.
    let codes = [0, 0, 0, 0, 0, 1, 1];
    let data = Data::classification(&rows, &codes, &["there", "missing"]);
    let fitted = fit::<RandomForest>(&params, &data, 0).unwrap();
    assert_eq!(fitted.predict(&[[nan], [100.0], [-100.0]]).unwrap(), [1.0, 0.0, 0.0]);
}

#[test]
fn balanced_classes_weigh_the_same() {
    let rows: Vec<[f64; 1]> = (0..20).map(|i| [f64::from(i % 2)]).collect();
    // Where the feature is 1, 3 of 10 rows are of the rare class; elsewhere none.
    let codes: Vec<u32> = (0..20).map(|i| u32::from([1, 3, 5].contains(&i))).collect();
    let data = Data::classification(&rows, &codes, &["common", "rare"]);
    let at = |class_weight| {
        let params = Params { class_weight, bootstrap: false, ..small() };
        fit::<RandomForest>(&params, &data, 0).unwrap().predict_proba(&[[1.0]]).unwrap()
    };
    let close = |found: &[f64], share: f64| assert!((found[1] - share).abs() < 1e-12, "{found:?}");
    close(&at(ClassWeightChoice::None), 0.3);
    // 3 rows of weight 20/6 and 7 of weight 20/34.
    let balanced = 10.0 / (10.0 + 7.0 * 20.0 / 34.0);
    close(&at(ClassWeightChoice::Balanced), balanced);
    close(&at(ClassWeightChoice::BalancedSubsample), balanced);
}

#[test]
fn features_are_drawn_by_the_rule() {
    let drawn = |max_features, is_classes| {
        let params = Params { max_features, max_features_fraction: 0.3, ..small() };
        params.settings(20, is_classes).max_features
    };
    assert_eq!((drawn(MaxFeatures::Auto, true), drawn(MaxFeatures::Auto, false)), (4, 20));
    assert_eq!((drawn(MaxFeatures::Sqrt, false), drawn(MaxFeatures::Log2, true)), (4, 4));
    assert_eq!((drawn(MaxFeatures::All, true), drawn(MaxFeatures::Fraction, true)), (20, 6));
}

#[test]
fn equal_numbers_are_predicted_exactly() {
    let data = Data::regression(&[[0.0], [1.0], [2.0]], &[0.1, 0.1, 0.1]);
    let fitted = fit::<RandomForest>(&small(), &data, 0).unwrap();
    assert_eq!(fitted.predict(&[[5.0]]).unwrap(), [0.1]);
    // Far from zero the squares do not cancel.
    let values = [1e9, 1e9, 1e9 + 1.0, 1e9 + 1.0];
    let data = Data::regression(&[[0.0], [1.0], [2.0], [3.0]], &values);
    let params = Params { bootstrap: false, ..small() };
    let fitted = fit::<RandomForest>(&params, &data, 0).unwrap();
    assert_eq!(fitted.predict(&[[0.0], [1.4], [1.6], [3.0]]).unwrap(), values);
}

fn refusal(params: &Params, data: &Data) -> String {
    fit::<RandomForest>(params, data, 0).unwrap_err().to_string()
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let classes = Data::classification(&[[0.0], [1.0]], &[0, 1], &["a", "b"]);
    let numbers = Data::regression(&[[0.0], [1.0]], &[-1.0, 1.0]);
    let poisson = Params { criterion: Criterion::Poisson, ..small() };
    assert!(refusal(&poisson, &classes).contains("there are classes here"));
    assert!(refusal(&poisson, &numbers).contains("not negative"));
    let gini = Params { criterion: Criterion::Gini, ..small() };
    assert!(refusal(&gini, &numbers).contains("there are numbers here"));
    let infinite = Data::regression(&[[f64::INFINITY], [1.0]], &[0.0, 1.0]);
    assert!(refusal(&small(), &infinite).contains("feature 0 of row 0 is infinite"));
    let empty = Data::regression(&[[], []], &[0.0, 1.0]);
    assert!(refusal(&small(), &empty).contains("at least one row and one feature"));
}
