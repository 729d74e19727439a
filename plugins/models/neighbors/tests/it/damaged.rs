//! Saved bytes that were cut or changed: an error, or a model that predicts.

use surmise_neighbors::{KNeighbors, MetricChoice, Params};
use surmise_plugin_sdk::testing::{Data, fit, load};

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0]];

#[test]
fn damaged_states_are_survived() {
    let classes = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 2], &["a", "b", "c"]);
    let values = Data::regression(&ROWS, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    for data in [classes, values] {
        for metric in [MetricChoice::Euclidean, MetricChoice::Cosine] {
            let params = Params { metric, ..Params::default() };
            let bytes = fit::<KNeighbors>(&params, &data, 0).unwrap().save().unwrap();
            assert!(load::<KNeighbors>(&bytes).unwrap().predict(&ROWS).is_ok());
            for len in 0..bytes.len() {
                assert!(load::<KNeighbors>(&bytes[..len]).is_err(), "cut at {len}");
            }
            for bit in 0..8 * bytes.len() {
                let mut bytes = bytes.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                if let Ok(predicted) = load::<KNeighbors>(&bytes).and_then(|m| m.predict(&ROWS)) {
                    assert_eq!(predicted.len(), ROWS.len(), "bit {bit}");
                }
            }
        }
    }
}
