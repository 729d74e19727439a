//! The most probable parameters of the surrogate.

use surmise_core::seed::Seed;

use super::representatives::representatives;
use super::{Bounds, Limits, Minimum, minimize};
use crate::Result;
use crate::gp::{Gp, Mean, TrainingSet};
use crate::kernel::Matern52;
use crate::normal;
use crate::prior::{LogNormal, Priors};

/// Range of a lengthscale, in units of the embedding.
const LENGTHSCALE: (f64, f64) = (1e-2, 1e3);
/// Range of the outputscale s², in squared units of the targets.
const OUTPUTSCALE: (f64, f64) = (1e-2, 1e2);
/// Range of the noise variance; the floor keeps a noise-free objective solvable.
const NOISE: (f64, f64) = (1e-6, 4.0);

/// How far each start walks before the best of them alone goes on.
const HEAT: Limits = Limits { iterations: 10, evaluations: 15, gradient: 1e-4, gain: 1e-8 };
const FINAL: Limits = Limits { iterations: 100, evaluations: 150, ..HEAT };

/// An evaluation grows with the cube of the points: beyond so many, fewer are made, for then the
/// data say more than the priors and one basin is left.
const FEW: usize = 150;
const FINAL_OF_MANY: Limits = Limits { iterations: 25, evaluations: 40, ..HEAT };
/// Beyond so many, the parameters are fitted to so many of the points.
const FITTED_MAX: usize = 300;

/// The positive parameters of a surrogate, in units of the embedding and of the targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperparameters {
    /// ℓ, one a parameter of the space.
    pub lengthscales: Vec<f64>,
    /// s², a variance.
    pub outputscale: f64,
    /// σ², a variance.
    pub noise: f64,
}

/// A surrogate with its most probable parameters.
#[derive(Debug)]
pub struct Fit {
    /// The process, conditioned on the data.
    pub gp: Gp,
    /// Its parameters.
    pub hyperparameters: Hyperparameters,
    /// −(ln p(y | X, θ) + ln p(θ)) / n.
    pub loss: f64,
}

/// Maximises ln p(y | X, θ) + ln p(θ) over lengthscales, outputscale and noise, with the most
/// likely constant mean at each step.
///
/// Densities are those of the parameters themselves; the search moves in their logarithms, inside
/// fixed bounds, from the mode of the priors and from two draws of them by `seed`. Each start walks
/// a few steps, and the best goes on to its end. `groups` gives the lengthscale of each feature.
///
/// The work is bounded by counts that depend on n alone, so that the same history gives the same
/// fit anywhere. Above 150 points one draw is left out and the last walk is shorter; above 300 the
/// parameters are those of 300 points, the better half of which are the best there are, while the
/// process is conditioned on all. Complexity: O(m³ + m² · features) for m = min(n, 300) points an
/// evaluation, at most 195 of them, or 70 above 150 points; then O(n³) once.
///
/// # Errors
/// If no start can be evaluated, as when the data is not finite.
pub fn fit(data: &TrainingSet, groups: &[usize], priors: &Priors, seed: Seed) -> Result<Fit> {
    let n = data.targets.len();
    let (draws, last) = if n <= FEW { (2, FINAL) } else { (1, FINAL_OF_MANY) };
    let fitted = (n > FITTED_MAX).then(|| representatives(data, FITTED_MAX));
    let objective = Objective {
        data: fitted.as_ref().unwrap_or(data),
        groups,
        lengthscales: groups.iter().max().map_or(0, |last| last + 1),
        priors,
    };
    let bounds = objective.bounds();
    let walk = |start: &[f64], limits| minimize(|x| objective.loss(x), start, &bounds, limits);
    let drawn = (0..draws).map(|k| walk(&objective.drawn(seed.child(1 + k)), HEAT));
    let ahead = drawn.fold(walk(&objective.mode(), HEAT), better)?;
    let end = walk(&ahead.point, last)?;
    Ok(Fit {
        gp: objective.gp(&end.point, data)?,
        hyperparameters: objective.hyperparameters(&end.point),
        loss: end.value,
    })
}

/// The lower of two ends, the first if they tie; a walk that failed is worse than any end.
fn better(a: Result<Minimum>, b: Result<Minimum>) -> Result<Minimum> {
    match (a, b) {
        (Ok(a), Ok(b)) if b.value < a.value => Ok(b),
        (Err(_), Ok(b)) => Ok(b),
        (a, _) => a,
    }
}

/// The function that is minimised. Its argument holds ln ℓ₀, …, then ln s² unless that is fixed,
/// then ln σ².
struct Objective<'a> {
    data: &'a TrainingSet,
    groups: &'a [usize],
    lengthscales: usize,
    priors: &'a Priors,
}

impl Objective<'_> {
    /// The prior and the range of each argument.
    fn parameters(&self) -> Vec<(LogNormal, (f64, f64))> {
        let lengthscale = (self.priors.lengthscale, LENGTHSCALE);
        std::iter::repeat_n(lengthscale, self.lengthscales)
            .chain(self.priors.outputscale.map(|prior| (prior, OUTPUTSCALE)))
            .chain([(self.priors.noise, NOISE)])
            .collect()
    }

    fn bounds(&self) -> Bounds {
        let range = |(_, (low, high)): &(_, (f64, f64))| (libm::log(*low), libm::log(*high));
        self.parameters().iter().map(range).collect()
    }

    /// The modes of the priors.
    fn mode(&self) -> Vec<f64> {
        self.start(LogNormal::mode)
    }

    /// One draw from the priors.
    fn drawn(&self, seed: Seed) -> Vec<f64> {
        let mut rng = seed.rng();
        self.start(|prior| prior.at(normal::draw(&mut rng)))
    }

    fn start(&self, mut value: impl FnMut(&LogNormal) -> f64) -> Vec<f64> {
        let inside = self.parameters().into_iter();
        inside.map(|(prior, (low, high))| libm::log(value(&prior).clamp(low, high))).collect()
    }

    fn hyperparameters(&self, x: &[f64]) -> Hyperparameters {
        let value: Vec<f64> = x.iter().map(|x| libm::exp(*x)).collect();
        let (lengthscales, rest) = value.split_at(self.lengthscales);
        Hyperparameters {
            lengthscales: lengthscales.to_vec(),
            outputscale: if rest.len() > 1 { rest[0] } else { 1.0 },
            noise: rest[rest.len() - 1],
        }
    }

    fn gp(&self, x: &[f64], data: &TrainingSet) -> Result<Gp> {
        let at = self.hyperparameters(x);
        let kernel = Matern52::new(&at.lengthscales, self.groups, at.outputscale)?;
        Gp::new(Box::new(kernel), at.noise, Mean::MostLikely, data.clone())
    }

    /// The loss a datum and its gradient.
    fn loss(&self, x: &[f64]) -> Result<(f64, Vec<f64>)> {
        let gp = self.gp(x, self.data)?;
        let mut ln_posterior = gp.ln_likelihood();
        let mut gradient = gp.ln_likelihood_gradient(self.lengthscales + 1);
        if self.priors.outputscale.is_none() {
            gradient.remove(self.lengthscales);
        }
        for (i, (prior, _)) in self.parameters().iter().enumerate() {
            let value = libm::exp(x[i]);
            ln_posterior += prior.ln_density(value);
            gradient[i] += prior.ln_density_slope(value);
        }
        let n = self.data.targets.len() as f64;
        gradient.iter_mut().for_each(|g| *g /= -n);
        Ok((-ln_posterior / n, gradient))
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{DMatrix, DVector};

    use super::*;
    use crate::gp::fixture_data;

    /// The fixture's optimum, found by BoTorch with its own L-BFGS-B in 9 iterations: the priors of
    /// arXiv 2402.02229 for one dimension and no outputscale.
    #[test]
    fn the_most_probable_parameters_are_those_of_botorch() {
        let priors = Priors { outputscale: None, ..Priors::new(1) };
        let fit = fit(&fixture_data().1, &[0], &priors, Seed::root(0)).unwrap();
        let found = &fit.hyperparameters;
        assert!((fit.loss - 0.6624801126).abs() < 1e-7, "loss {}", fit.loss);
        assert!((found.noise / 0.0065986205571 - 1.0).abs() < 2e-3, "noise {}", found.noise);
        assert!((found.lengthscales[0] / 0.2646541625 - 1.0).abs() < 1e-3, "{found:?}");
        assert!((fit.gp.mean() - 0.1202051174).abs() < 1e-3, "mean {}", fit.gp.mean());
        assert_eq!(found.outputscale, 1.0);
    }

    fn wave(n: usize) -> TrainingSet {
        let points = DMatrix::from_fn(2, n, |i, j| ((7 * i + 3 * j) as f64 * 0.61).sin().abs());
        let targets = DVector::from_fn(n, |j, _| (6.0 * points[(0, j)]).sin());
        TrainingSet { points, targets }
    }

    #[test]
    fn the_loss_gradient_agrees_with_central_differences() {
        for outputscale in [None, Priors::new(2).outputscale] {
            let (data, groups) = (wave(9), [0, 1]);
            let priors = Priors { outputscale, ..Priors::new(2) };
            let objective =
                Objective { data: &data, groups: &groups, lengthscales: 2, priors: &priors };
            let at = &[-0.5, 0.4, 0.1, -3.0][..if outputscale.is_some() { 4 } else { 3 }];
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
        let fit = fit(&wave(24), &[0, 1], &Priors::new(2), Seed::root(3)).unwrap();
        let lengthscales = &fit.hyperparameters.lengthscales;
        assert!(lengthscales[1] > 3.0 * lengthscales[0], "{lengthscales:?}");
        assert!(fit.hyperparameters.noise < 1e-2);
    }

    /// The parameters of a part of the data are nearly those of all, and the process knows all.
    #[test]
    fn many_points_are_fitted_by_a_part_and_conditioned_on_all() {
        let all = wave(310);
        let fit = fit(&all, &[0, 1], &Priors::new(2), Seed::root(3)).unwrap();
        let lengthscales = &fit.hyperparameters.lengthscales;
        assert!(lengthscales[1] > 3.0 * lengthscales[0], "{lengthscales:?}");
        let means = fit.gp.predict(&all.points).mean;
        assert!((means - &all.targets).amax() < 1e-2);
    }

    #[test]
    fn one_point_can_be_fitted() {
        let fit = fit(&wave(1), &[0, 1], &Priors::new(2), Seed::root(0)).unwrap();
        assert!(fit.loss.is_finite());
    }
}
