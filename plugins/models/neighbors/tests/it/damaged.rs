//! Saved bytes that were cut or changed.

use surmise_neighbors::{KNeighbors, MetricChoice, Params};
use surmise_plugin_sdk::testing::{Data, fit};
use surmise_test_models::survives_damage;

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0]];

#[test]
fn damaged_states_are_survived() {
    let classes = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 2], &["a", "b", "c"]);
    let values = Data::regression(&ROWS, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    for data in [classes, values] {
        for metric in [MetricChoice::Euclidean, MetricChoice::Cosine] {
            let params = Params { metric, ..Params::default() };
            let saved = fit::<KNeighbors>(&params, &data, 0).unwrap().save().unwrap();
            survives_damage::<KNeighbors>(&saved, &ROWS);
        }
    }
}
