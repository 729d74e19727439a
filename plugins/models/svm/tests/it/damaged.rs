//! Saved bytes that were cut or changed.

use surmise_plugin_sdk::testing::{Data, fit, load};
use surmise_svm::{
    KernelChoice, NuSvc, NuSvcParams, NuSvr, NuSvrParams, Params, Svc, Svr, SvrParams,
};
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
        let probability = kernel == KernelChoice::Rbf;
        let params = Params { kernel, gamma: 0.1, coef0: 0.5, probability, ..Params::default() };
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

#[test]
fn damaged_states_of_the_other_machines_are_survived() {
    let classes = Data::classification(&ROWS, &[0, 0, 0, 1, 1, 1], &["a", "b"]);
    let values = Data::regression(&ROWS, &[1.0, 2.0, 0.0, 7.0, 9.0, 1.5]);
    let nu_svc = fit::<NuSvc>(&NuSvcParams::default(), &classes, 0).unwrap();
    survives_damage::<NuSvc>(&nu_svc.save().unwrap(), &ROWS);
    let svr = fit::<Svr>(&SvrParams::default(), &values, 0).unwrap();
    survives_damage::<Svr>(&svr.save().unwrap(), &ROWS);
    let nu_svr = fit::<NuSvr>(&NuSvrParams::default(), &values, 0).unwrap();
    survives_damage::<NuSvr>(&nu_svr.save().unwrap(), &ROWS);
}
