//! Saved bytes that were cut or changed.

use surmise_plugin_sdk::testing::{Data, fit, load};
use surmise_svm::{KernelChoice, Params, Svc};
use surmise_test_models::survives_damage;

const ROWS: [[f64; 2]; 6] =
    [[0.0, 0.5], [1.0, 0.0], [0.5, 1.0], [5.0, 6.0], [6.0, 5.0], [-4.0, 9.0]];

const KERNELS: [KernelChoice; 4] =
    [KernelChoice::Rbf, KernelChoice::Linear, KernelChoice::Poly, KernelChoice::Sigmoid];

/// Three classes, so that there is more than one pair, with each kernel.
#[test]
fn damaged_states_are_survived() {
    let data = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 2], &["a", "b", "c"]);
    for kernel in KERNELS {
        let params = Params { kernel, gamma: 0.1, coef0: 0.5, ..Params::default() };
        let fitted = fit::<Svc>(&params, &data, 0).unwrap();
        let (predicted, saved) = (fitted.predict(&ROWS).unwrap(), fitted.save().unwrap());
        assert_eq!(load::<Svc>(&saved).unwrap().predict(&ROWS).unwrap(), predicted);
        // The sigmoid cannot tell these classes.
        if kernel != KernelChoice::Sigmoid {
            assert_eq!(predicted, [0.0, 0.0, 0.0, 1.0, 1.0, 2.0]);
        }
        survives_damage::<Svc>(&saved, &ROWS);
    }
}
