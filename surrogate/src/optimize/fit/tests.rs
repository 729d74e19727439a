//! Unit tests of the fit.

use nalgebra::{DMatrix, DVector};

use super::*;
use crate::gp::fixture_data;

fn form(dims: usize) -> Form {
    Form { groups: (0..dims).collect(), dims, lines: Vec::new(), priors: Priors::new(dims) }
}

/// The fixture's optimum, found by BoTorch with its own L-BFGS-B in 9 iterations: the priors of
/// arXiv 2402.02229 for one dimension, no outputscale and no additive term.
#[test]
fn the_most_probable_parameters_are_those_of_botorch() {
    let mut form = form(1);
    form.priors = Priors { outputscale: None, additive: None, ..form.priors };
    let data = fixture_data().1;
    let fit = form.fit(&data, Seed::root(0)).unwrap();
    let found = &fit.hyperparameters;
    let gp = form.gp(found, Mean::MostLikely, &data).unwrap();
    assert!((fit.loss - 0.6624801126).abs() < 1e-7, "loss {}", fit.loss);
    assert!((found.noise / 0.0065986205571 - 1.0).abs() < 2e-3, "noise {}", found.noise);
    assert!((found.lengthscales[0] / 0.2646541625 - 1.0).abs() < 1e-3, "{found:?}");
    assert!((gp.mean() - 0.1202051174).abs() < 1e-3, "mean {}", gp.mean());
    assert_eq!((found.outputscale, found.additive), (1.0, 0.0));
}

fn wave(n: usize) -> TrainingSet {
    let points = DMatrix::from_fn(2, n, |i, j| ((7 * i + 3 * j) as f64 * 0.61).sin().abs());
    let targets = DVector::from_fn(n, |j, _| (6.0 * points[(0, j)]).sin());
    TrainingSet::new(points, targets)
}

#[test]
fn the_loss_gradient_agrees_with_central_differences() {
    let (data, all) = (wave(9), Priors::new(2));
    for priors in [
        all,
        Priors { outputscale: None, ..all },
        Priors { additive: None, ..all },
        Priors { outputscale: None, additive: None, ..all },
    ] {
        let form = Form { priors, ..form(2) };
        let objective = Objective::new(&form, &data, &[]);
        let at = &[-0.5, 0.4, 0.1, -0.7, -3.0][..objective.bounds.len()];
        let (_, gradient) = objective.loss(at).unwrap();
        for i in 0..at.len() {
            let moved = |h: f64| {
                let mut x = at.to_vec();
                x[i] += h;
                objective.loss(&x).unwrap().0
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((gradient[i] - difference).abs() < 1e-8, "parameter {i}");
        }
    }
}

#[test]
fn the_loss_gradient_by_input_warps_agrees_with_central_differences() {
    let data = wave(9);
    for lines in [vec![(0, 0.0)], vec![(0, 0.0), (1, -0.25)]] {
        let form = Form { lines, ..form(2) };
        let objective = Objective::new(&form, &data, &form.lines);
        let at = &[-0.5, 0.4, 0.1, -0.7, -3.0, -0.3, -0.6, -0.2, -1.5][..objective.bounds.len()];
        let (_, gradient) = objective.loss(at).unwrap();
        for i in 0..at.len() {
            let moved = |h: f64| {
                let mut x = at.to_vec();
                x[i] += h;
                objective.loss(&x).unwrap().0
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!((gradient[i] - difference).abs() < 1e-8, "parameter {i}");
        }
    }
}

#[test]
fn a_parameter_that_does_nothing_gets_a_long_lengthscale() {
    let fit = form(2).fit(&wave(24), Seed::root(3)).unwrap();
    let lengthscales = &fit.hyperparameters.lengthscales;
    assert!(lengthscales[1] > 3.0 * lengthscales[0], "{lengthscales:?}");
    assert!(fit.hyperparameters.noise < 1e-2);
}

#[test]
fn a_warm_start_ends_where_a_cold_one_does() {
    let (form, data) = (form(2), wave(24));
    let before = form.fit(&data.select(&(0..20).collect::<Vec<_>>()), Seed::root(3)).unwrap();
    let cold = form.fit(&data, Seed::root(3)).unwrap();
    let warm = form.refit(&data, &before.hyperparameters).unwrap();
    assert!((warm.loss - cold.loss).abs() < 1e-2, "{} {}", warm.loss, cold.loss);
}

/// n results of a function of two hidden numbers; where `bent`, the first feature shows the first
/// of them as momentum shows what is left to 1, in decades.
fn seen(n: usize, bent: bool) -> TrainingSet {
    let hidden = |i: usize, j: usize| ([0.618_034, 0.754_878][i] * j as f64 + 0.31) % 1.0;
    let place = |i, j| match (i, bent) {
        (0, true) => 1.0 - 10f64.powf(-3.0 * hidden(0, j)),
        _ => hidden(i, j),
    };
    let value = |j| (7.0 * hidden(0, j)).sin() + (4.0 * hidden(1, j)).cos();
    let points = DMatrix::from_fn(2, n, place);
    TrainingSet::new(points, DVector::from_fn(n, |j, _| value(j)))
}

fn left_out(form: &Form, fit: &Fit, data: &TrainingSet) -> f64 {
    let left_out = form.gp(&fit.hyperparameters, Mean::MostLikely, data).unwrap().leave_one_out();
    let both = left_out.mean.iter().zip(&left_out.variance);
    let ln_density = |(y, (mean, v)): (&f64, (&f64, &f64))| {
        -0.5 * (libm::log(*v) + (y - mean) * (y - mean) / v) - crate::normal::LN_SQRT_2_PI
    };
    data.targets.iter().zip(both).map(ln_density).sum::<f64>() / data.targets.len() as f64
}

#[test]
fn an_axis_is_stretched_where_it_is_bent_and_nowhere_else() {
    let form = Form { lines: vec![(0, 0.0), (1, 0.0)], ..form(2) };
    let data = seen(30, true);
    let plain = form.fit(&data, Seed::root(2)).unwrap();
    let bent = form.warped(&data, plain.clone()).unwrap();
    let [first, second] = bent.hyperparameters.input_warps[..] else {
        panic!("it was not warped: {plain:?}")
    };
    assert!(first.b < 0.5 * second.b, "{first:?} {second:?}");
    assert!(plain.loss - bent.loss > WARP_GAIN);
    let (with, without) = (left_out(&form, &bent, &data), left_out(&form, &plain, &data));
    assert!(with > without + WARP_GAIN, "{with} with, {without} without");
    let straight = seen(30, false);
    let plain = form.fit(&straight, Seed::root(2)).unwrap();
    assert_eq!(form.warped(&straight, plain.clone()).unwrap(), plain);
}

/// A fit that was warped stays so as data comes in.
#[test]
fn a_warm_start_keeps_its_input_warps() {
    let form = Form { lines: vec![(0, 0.0), (1, 0.0)], ..form(2) };
    let data = seen(30, true);
    let plain = form.fit(&data, Seed::root(2)).unwrap();
    let before = form.warped(&data, plain).unwrap().hyperparameters;
    let after = form.refit(&seen(32, true), &before).unwrap().hyperparameters;
    assert_eq!(after.input_warps.len(), 2);
    assert!((after.input_warps[0].b / before.input_warps[0].b - 1.0).abs() < 0.5);
}

#[test]
fn one_point_can_be_fitted() {
    assert!(form(2).fit(&wave(1), Seed::root(0)).unwrap().loss.is_finite());
}
