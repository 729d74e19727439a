//! Saved bytes that were cut or changed.

use surmise_plugin_sdk::testing::{Data, fit, load};
use surmise_svm::{KernelChoice, Params, Svc};
use surmise_test_models::survives_damage;

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0]];

/// Three classes, so that there is more than one pair, with each kernel.
#[test]
fn damaged_states_are_survived() {
    let data = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 2], &["a", "b", "c"]);
    for kernel in [KernelChoice::Rbf, KernelChoice::Linear] {
        let params = Params { kernel, ..Params::default() };
        let saved = fit::<Svc>(&params, &data, 0).unwrap().save().unwrap();
        let predicted = load::<Svc>(&saved).unwrap().predict(&ROWS).unwrap();
        assert_eq!(predicted, [0.0, 0.0, 0.0, 1.0, 1.0, 2.0]);
        survives_damage::<Svc>(&saved, &ROWS);
    }
}
