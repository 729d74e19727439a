//! Saved bytes that were cut or changed.

use surmise_linear::{
    HuberParams, HuberRegression, LinearRegression, LogisticParams, LogisticRegression,
    PoissonParams, PoissonRegression, RegressionParams,
};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit};
use surmise_test_models::survives_damage;

const ROWS: [[f64; 2]; 7] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0], [-4.5, 8.0]];
const VALUES: [f64; 7] = [1.0, 2.0, 0.0, 7.0, 9.0, 1.5, 2.0];

fn check<M: Model>(params: &M::Params, data: &Data) {
    let saved = fit::<M>(params, data, 0).unwrap().save().unwrap();
    survives_damage::<M>(&saved, &ROWS);
}

#[test]
fn damaged_states_are_survived() {
    let values = Data::regression(&ROWS, &VALUES);
    check::<LinearRegression>(&RegressionParams::default(), &values);
    check::<PoissonRegression>(&PoissonParams::default(), &values);
    check::<HuberRegression>(&HuberParams::default(), &values);
    let names = ["a", "b", "c", "d"];
    let classes = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 3, 3], &names);
    check::<LogisticRegression>(&LogisticParams::default(), &classes);
}
