//! Results have the same bits on any number of threads.

use surmise_plugin_sdk::testing::{Data, Trained, start};
use surmise_plugin_sdk::{GradientModel, Random};

use crate::{Cnn, CnnParams, Mlp, MlpParams};

fn data(n: usize, n_features: usize) -> Data {
    let mut random = Random::named(1, "rows");
    let mut row = || (0..n_features).map(|_| random.normal()).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..n).map(|_| row()).collect();
    let codes: Vec<u32> = (0..n).map(|i| (i % 3) as u32).collect();
    Data::classification(&rows, &codes, &["a", "b", "c"])
}

fn on<M: GradientModel>(
    trained: &mut Trained<M>,
    data: &Data,
    n_threads: usize,
) -> (f64, Vec<f64>) {
    trained
        .pass(data, true, 9, |model, step| {
            step.n_threads = n_threads;
            model.loss_and_gradient(step)
        })
        .expect("a pass")
}

fn check<M: GradientModel>(params: &M::Params, data: &Data) {
    let mut trained = start::<M>(params, data, 1).expect("a start");
    let alone = on(&mut trained, data, 1);
    for n_threads in [2, 3, 7] {
        assert_eq!(on(&mut trained, data, n_threads), alone, "{n_threads} threads");
    }
}

#[test]
fn perceptrons_do_not_depend_on_threads() {
    // Large enough to be divided: see `product::WORTH_A_THREAD`.
    let params = MlpParams {
        hidden: vec![300, 200],
        dropout: 0.2,
        layer_norm: true,
        ..MlpParams::default()
    };
    check::<Mlp>(&params, &data(600, 200));
}

#[test]
fn convolutional_networks_do_not_depend_on_threads() {
    let params = CnnParams { filters: vec![6, 5], hidden: vec![9], ..CnnParams::default() };
    for batch_norm in [false, true] {
        check::<Cnn>(&CnnParams { batch_norm, ..params.clone() }, &data(29, 144));
    }
}
