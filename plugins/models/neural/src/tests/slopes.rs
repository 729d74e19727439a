//! Slopes as a host relies on them: measured by moving parameters, in both precisions.

use surmise_plugin_sdk::Random;
use surmise_plugin_sdk::testing::{Data, check_gradient, descend, start};

use crate::{Activation, Cnn, CnnParams, Initialization, Mlp, MlpParams, Pooling};

const ACTIVATIONS: [Activation; 9] = [
    Activation::Relu,
    Activation::LeakyRelu,
    Activation::Elu,
    Activation::Gelu,
    Activation::Silu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Identity,
];

fn rows(n: usize, n_features: usize) -> Vec<Vec<f64>> {
    let mut random = Random::named(1, "rows");
    (0..n).map(|_| (0..n_features).map(|_| random.normal()).collect()).collect()
}

fn classes(n: usize, n_features: usize) -> Data {
    let codes: Vec<u32> = (0..n).map(|i| (i * i % 3) as u32).collect();
    Data::classification(&rows(n, n_features), &codes, &["a", "b", "c"])
}

fn mlp() -> MlpParams {
    MlpParams { hidden: vec![5, 4], ..MlpParams::default() }
}

#[test]
fn perceptrons_have_right_slopes_with_every_activation() {
    for activation in ACTIVATIONS {
        check_gradient::<Mlp>(&MlpParams { activation, ..mlp() }, &classes(7, 3), 3)
            .unwrap_or_else(|problem| panic!("{activation:?}: {problem}"));
    }
}

#[test]
fn perceptrons_have_right_slopes_with_everything_else() {
    let values: Vec<f64> = (0..14).map(|i| f64::from(i * i % 5)).collect();
    let two_targets = Data::values(&rows(7, 3), &values);
    for (batch_norm, layer_norm) in [(false, false), (true, false), (false, true)] {
        for dropout in [0.0, 0.4] {
            for hidden in [vec![], vec![6], vec![4, 3, 5]] {
                let activation = Activation::Tanh;
                let params =
                    MlpParams { hidden, batch_norm, layer_norm, dropout, activation, ..mlp() };
                for data in [&classes(7, 3), &two_targets] {
                    check_gradient::<Mlp>(&params, data, 5)
                        .unwrap_or_else(|problem| panic!("{params:?}: {problem}"));
                }
            }
        }
    }
    let weighted = classes(7, 3).weighted(&[0.5, 0.0, 2.0, 1.0, 1.0, 3.0, 0.1]);
    check_gradient::<Mlp>(&mlp(), &weighted, 3).expect("weights");
    let one = MlpParams { batch_norm: true, ..mlp() };
    check_gradient::<Mlp>(&one, &classes(1, 3), 3).expect("a batch of one row");
}

#[test]
fn convolutional_networks_have_right_slopes() {
    let small = CnnParams { filters: vec![2, 3], pool: 2, ..CnnParams::default() };
    let smooth = CnnParams { activation: Activation::Softplus, ..small.clone() };
    for params in [
        CnnParams { padding: 1, ..small.clone() },
        CnnParams { padding: 1, pooling: Pooling::Average, ..smooth.clone() },
        CnnParams { pooling: Pooling::None, kernel: 2, stride: 2, ..smooth.clone() },
        CnnParams { padding: 2, kernel: 4, batch_norm: true, ..smooth.clone() },
        CnnParams { padding: 1, hidden: vec![4], dropout: 0.3, ..smooth.clone() },
        CnnParams { filters: vec![], hidden: vec![4], ..smooth.clone() },
        CnnParams { height: Some(1), padding: 1, ..smooth.clone() },
        CnnParams { height: Some(1), kernel: 5, pool: 3, ..smooth.clone() },
        CnnParams { filters: vec![2, 2, 2, 2], ..smooth.clone() },
        CnnParams { kernel: 1, padding: 1, pooling: Pooling::None, ..smooth.clone() },
        CnnParams { channels: 3, height: Some(6), width: Some(4), padding: 1, ..smooth },
    ] {
        check_gradient::<Cnn>(&params, &classes(5, if params.channels == 3 { 72 } else { 64 }), 3)
            .unwrap_or_else(|problem| panic!("{params:?}: {problem}"));
    }
}

/// Exclusive or, which no linear model learns; and the digit that a bright row or column is.
#[test]
fn networks_learn() {
    let corners = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let data = Data::classification(&corners, &[0, 1, 1, 0], &["equal", "different"]);
    for initialization in [
        Initialization::HeNormal,
        Initialization::HeUniform,
        Initialization::GlorotNormal,
        Initialization::GlorotUniform,
        Initialization::LecunNormal,
        Initialization::LecunUniform,
        Initialization::Pytorch,
    ] {
        let params = MlpParams { hidden: vec![16], initialization, ..MlpParams::default() };
        let trained = descend::<Mlp>(&params, &data, 1, 0.5, 600).expect("trained");
        let p = trained.forward(&corners).expect("probabilities");
        let right = p.chunks_exact(2).zip([0, 1, 1, 0]).all(|(p, class)| p[class] > 0.9);
        assert!(right, "{initialization:?}: {p:?}");
    }
    let image = |line: usize, is_row: bool| -> Vec<f64> {
        let on = |i: usize| if is_row { i / 6 == line } else { i % 6 == line };
        (0..36).map(|i| f64::from(u8::from(on(i)))).collect()
    };
    let images: Vec<Vec<f64>> = (0..12).map(|i| image(i / 2, i % 2 == 0)).collect();
    let codes: Vec<u32> = (0..12).map(|i| i % 2).collect();
    let data = Data::classification(&images, &codes, &["row", "column"]);
    let params = CnnParams { filters: vec![4], ..CnnParams::default() };
    let trained = descend::<Cnn>(&params, &data, 1, 0.3, 200).expect("trained");
    let p = trained.forward(&images).expect("probabilities");
    assert!(p.chunks_exact(2).zip(&codes).all(|(p, class)| p[*class as usize] > 0.9), "{p:?}");
}

#[test]
fn diverged_parameters_are_an_error() {
    let data = classes(4, 3);
    for activation in ACTIVATIONS {
        let params = MlpParams { activation, ..mlp() };
        let mut trained = start::<Mlp>(&params, &data, 1).expect("a start");
        trained.params_mut().all()[0] = f64::NAN;
        let problem = trained.loss_and_gradient(&data, true, 0).expect_err("not a number");
        assert!(problem.to_string().contains("the loss is NaN"), "{activation:?}: {problem}");
    }
}
