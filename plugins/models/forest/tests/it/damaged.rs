//! Saved bytes that were cut or changed.

use surmise_forest::{Params, RandomForest};
use surmise_plugin_sdk::testing::{Data, fit};
use surmise_test_models::survives_damage;

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, f64::NAN], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0]];

/// A forest for classes and one for numbers.
#[test]
fn damaged_states_are_survived() {
    let classes = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 2], &["a", "b", "c"]);
    let numbers = Data::regression(&ROWS, &[1.0, 2.0, 1.5, 7.0, 8.0, -3.0]);
    for data in [classes, numbers] {
        let params = Params { n_estimators: 3, ..Params::default() };
        let saved = fit::<RandomForest>(&params, &data, 0).unwrap().save().unwrap();
        survives_damage::<RandomForest>(&saved, &ROWS);
    }
}
