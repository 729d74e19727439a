//! Unit tests of the Gaussian process against a fixture of BoTorch, and by differences.

use super::*;
use crate::gp::{Hyperparameters, Pairs};
use crate::kernel::Kernel;
use crate::prior::Priors;
use crate::transform::Standardise;

/// Inputs, objective values, points to predict at, posterior means and latent variances there, of
/// the botorch-rust fixture `matern_d1_n5.json` (MIT licence; written by BoTorch and GPyTorch) for
/// a Matérn-5/2 kernel with ℓ = 0.35, s² = 1, σ² = 0.05 and c = 0.15 over standardised targets.
/// Reproduced by scikit-learn to 4e-15.
pub(crate) mod fixture {
    pub(crate) const X: [f64; 5] = [
        0.3062882446587697,
        0.7923916336120147,
        0.5497494943161974,
        0.01590871405412697,
        0.9151593844428502,
    ];
    pub(crate) const Y: [f64; 5] = [
        8.98104624572835,
        1.4896384362971147,
        4.11268473998166,
        6.6002509619447185,
        2.710611120211217,
    ];
    pub(crate) const AT: [f64; 5] =
        [0.16009183256360504, 0.37658879782638766, 0.05882268445773575, 0.5035979964141852, 1.25];
    pub(crate) const MEAN: [f64; 5] = [
        8.243881517490031,
        7.727404575270848,
        7.188557613016409,
        5.2371027451592305,
        4.612696815336367,
    ];
    pub(crate) const VARIANCE: [f64; 5] = [
        0.7275834827262283,
        0.4563041660001746,
        0.460646931972626,
        0.4189216778797943,
        6.079753622387419,
    ];
}

pub(crate) fn fixture_data() -> (Standardise, TrainingSet) {
    let transform = Standardise::new(&fixture::Y).unwrap();
    let targets = DVector::from_iterator(5, fixture::Y.iter().map(|y| transform.apply(*y)));
    (transform, TrainingSet::new(DMatrix::from_row_slice(1, 5, &fixture::X), targets))
}

fn fixture_gp() -> (Standardise, Gp) {
    let (transform, data) = fixture_data();
    let kernel = Kernel::new(&[0.35], &[0], 1.0, 0.0).unwrap();
    (transform, Gp::new(kernel, 0.05, Mean::Fixed(0.15), &data).unwrap())
}

#[test]
fn the_posterior_is_that_of_botorch() {
    let (transform, gp) = fixture_gp();
    let prediction = gp.predict(&DMatrix::from_row_slice(1, 5, &fixture::AT));
    for i in 0..5 {
        let mean = transform.invert(prediction.mean[i]);
        let variance = transform.invert_sd(prediction.variance[i].sqrt()).powi(2);
        assert!((mean - fixture::MEAN[i]).abs() < 1e-13, "mean {i}: {mean}");
        assert!((variance - fixture::VARIANCE[i]).abs() < 1e-13, "variance {i}: {variance}");
        let point = gp.predict_with_gradient(&[fixture::AT[i]]);
        assert!((point.mean - prediction.mean[i]).abs() < 1e-14);
        assert!((point.variance - prediction.variance[i]).abs() < 1e-14);
    }
}

/// Data log-likelihood a datum as in the fixture; log posterior as recomputed in double precision
/// (the fixture's own −1.1408836251602348 has prior constants rounded to single precision).
#[test]
fn the_likelihood_and_the_log_posterior_are_those_of_botorch() {
    let (_, gp) = fixture_gp();
    let likelihood = gp.ln_likelihood();
    assert!((likelihood / 5.0 + 1.169320102437163).abs() < 1e-14);
    let priors = Priors::new(1);
    let posterior =
        likelihood + priors.lengthscale.ln_density(0.35) + priors.noise.ln_density(0.05);
    assert!((posterior / 5.0 + 1.1408836271526677).abs() < 1e-14);
}

/// Eight points with two parameters, one of them of two features, and what is known of the noise.
fn small_data() -> TrainingSet {
    TrainingSet {
        points: DMatrix::from_fn(3, 8, |i, j| ((3 * i + 5 * j) as f64 * 0.37).sin()),
        targets: DVector::from_fn(8, |j, _| (j as f64 * 1.3).cos()),
        known_noise: DVector::from_fn(8, |j, _| 0.01 * j as f64),
    }
}

fn hyperparameters(log: &[f64; 5]) -> Hyperparameters {
    let value: Vec<f64> = log.iter().map(|p| p.exp()).collect();
    Hyperparameters {
        lengthscales: value[..2].to_vec(),
        outputscale: value[2],
        additive: value[3],
        noise: value[4],
        input_warps: Vec::new(),
    }
}

fn small(log: &[f64; 5], mean: Mean) -> Gp {
    let at = hyperparameters(log);
    let kernel = Kernel::new(&at.lengthscales, &[0, 1, 1], at.outputscale, at.additive).unwrap();
    Gp::new(kernel, at.noise, mean, &small_data()).unwrap()
}

const LOG: [f64; 5] = [-0.3, 0.4, 0.2, -0.6, -3.0];

#[test]
fn the_likelihood_of_a_fit_is_that_of_its_process() {
    let data = small_data();
    let pairs = Pairs::new(&data.points, &[0, 1, 1], 2);
    let value = pairs.likelihood(&hyperparameters(&LOG), &data.targets, &data.known_noise);
    let gp = small(&LOG, Mean::MostLikely);
    assert!((value.unwrap().value - gp.ln_likelihood()).abs() < 1e-12);
}

#[test]
fn the_likelihood_gradient_agrees_with_central_differences() {
    let data = small_data();
    let pairs = Pairs::new(&data.points, &[0, 1, 1], 2);
    let of = |log: &[f64; 5]| {
        pairs.likelihood(&hyperparameters(log), &data.targets, &data.known_noise).unwrap()
    };
    let gradient = of(&LOG).gradient;
    for i in 0..5 {
        let at = |h: f64| {
            let mut moved = LOG;
            moved[i] += h;
            of(&moved).value
        };
        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((gradient[i] - difference).abs() < 1e-7, "parameter {i}");
    }
}

#[test]
fn the_most_likely_mean_is_most_likely() {
    let best = small(&LOG, Mean::MostLikely);
    for shift in [-1e-3, 1e-3] {
        let other = small(&LOG, Mean::Fixed(best.mean() + shift));
        assert!(other.ln_likelihood() < best.ln_likelihood());
    }
}

/// Bit for bit, so that what a sampler proposes does not depend on how it came to know.
#[test]
fn a_point_appended_is_a_point_conditioned_on() {
    let data = small_data();
    let whole = small(&LOG, Mean::MostLikely);
    let at = hyperparameters(&LOG);
    let kernel = Kernel::new(&at.lengthscales, &[0, 1, 1], at.outputscale, at.additive).unwrap();
    let first = data.select(&[0, 1, 2, 3, 4]);
    let mut grown = Gp::new(kernel, at.noise, Mean::MostLikely, &first).unwrap();
    for j in 5..8 {
        let point = data.points.column(j);
        grown.append(point.as_slice(), data.targets[j], data.known_noise[j]).unwrap();
    }
    grown.set_targets(data.targets.iter().copied().collect(), Mean::MostLikely).unwrap();
    let test = DMatrix::from_fn(3, 6, |i, j| ((i + 2 * j) as f64).cos());
    assert_eq!(grown.predict(&test), whole.predict(&test));
    assert_eq!(grown.means(), whole.means());
}

#[test]
fn the_means_at_its_own_points_are_its_predictions() {
    let gp = small(&LOG, Mean::MostLikely);
    let predicted = gp.predict(&small_data().points).mean;
    for (mean, predicted) in gp.means().iter().zip(&predicted) {
        assert!((mean - predicted).abs() < 1e-12);
    }
}

#[test]
fn the_posterior_gradient_agrees_with_central_differences() {
    let gp = small(&LOG, Mean::MostLikely);
    let at = [0.3, -0.2, 0.1];
    let point = gp.predict_with_gradient(&at);
    for i in 0..3 {
        let moved = |h: f64| {
            let mut x = at;
            x[i] += h;
            gp.predict(&DMatrix::from_column_slice(3, 1, &x))
        };
        let (up, down) = (moved(1e-5), moved(-1e-5));
        let mean = (up.mean[0] - down.mean[0]) / 2e-5;
        let variance = (up.variance[0] - down.variance[0]) / 2e-5;
        assert!((point.mean_gradient[i] - mean).abs() < 1e-8);
        assert!((point.variance_gradient[i] - variance).abs() < 1e-8);
    }
}

#[test]
fn believing_keeps_the_means_and_shrinks_the_variances() {
    let pending = DMatrix::from_column_slice(3, 2, &[0.5, 0.1, -0.4, -0.6, 0.3, 0.2]);
    let test = DMatrix::from_fn(3, 6, |i, j| ((i + 2 * j) as f64).cos());
    let before = small(&LOG, Mean::MostLikely).predict(&test);
    let gp = small(&LOG, Mean::MostLikely).believing(&pending).unwrap();
    let after = gp.predict(&test);
    for i in 0..6 {
        assert!((before.mean[i] - after.mean[i]).abs() < 1e-12);
        assert!(after.variance[i] < before.variance[i]);
    }
}

#[test]
fn bad_data_is_refused() {
    let gp = |points: DMatrix<f64>, targets: Vec<f64>, noise| {
        let kernel = Kernel::new(&[1.0], &[0], 1.0, 0.0).unwrap();
        let data = TrainingSet::new(points, DVector::from_vec(targets));
        Gp::new(kernel, noise, Mean::MostLikely, &data)
    };
    assert!(gp(DMatrix::zeros(1, 0), vec![], 0.1).is_err());
    assert!(gp(DMatrix::zeros(1, 2), vec![1.0], 0.1).is_err());
    assert!(gp(DMatrix::zeros(1, 1), vec![f64::NAN], 0.1).is_err());
    assert!(gp(DMatrix::zeros(1, 1), vec![1.0], -0.1).is_err());
}
