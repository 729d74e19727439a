//! Saved bytes that were cut or changed.

use surmise_bayes::{GaussianNb, GaussianParams, MultinomialNb, MultinomialParams};
use surmise_plugin_sdk::Model;
use surmise_plugin_sdk::testing::{Data, fit};
use surmise_test_models::survives_damage;

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [4.0, 9.0]];

fn check<M: Model>(params: &M::Params) {
    let data = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 3], &["a", "b", "c", "d"]);
    let saved = fit::<M>(params, &data, 0).unwrap().save().unwrap();
    survives_damage::<M>(&saved, &ROWS);
}

#[test]
fn damaged_states_are_survived() {
    check::<GaussianNb>(&GaussianParams::default());
    check::<MultinomialNb>(&MultinomialParams::default());
}
