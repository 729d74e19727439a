//! Expected improvement of random scalarisations, for more objectives than boxes serve.

use surmise_core::seed::Seed;

use super::Scalarisation;
use crate::acquire::log_cdf;

/// Nodes and weights on [−1, 1] of Gauss and Legendre's rule of 16 points, each for both signs.
///
/// Source: M. Abramowitz, I. A. Stegun, *Handbook of Mathematical Functions* (1964), table 25.4.
const GAUSS: [(f64, f64); 8] = [
    (0.09501250983763744, 0.1894506104550685),
    (0.2816035507792589, 0.18260341504492358),
    (0.45801677765722737, 0.16915651939500254),
    (0.6178762444026438, 0.14959598881657674),
    (0.755404408355003, 0.12462897125553388),
    (0.8656312023878318, 0.09515851168249279),
    (0.9445750230732326, 0.062253523938647894),
    (0.9894009349916499, 0.027152459411754096),
];

/// Where the integrand has fallen by this, in nats, it ends.
const FALL: f64 = 30.0;
/// Φ(6) is 1 but for 10⁻⁹: from so many standard deviations on a cliff has no slope.
const CLIFF: f64 = 6.0;
/// Enough doublings for any two numbers.
const DOUBLINGS: usize = 2100;
/// The end of the integrand is met within a sixteenth of it.
const HALVINGS: usize = 4;
/// Variances below count as this, so that a point known for certain has its improvement for value.
const VARIANCE_MIN: f64 = 1e-60;

/// ln E[HVI(y)] for y of independent normal coordinates, estimated by random scalarisations:
/// HVI(y) ≈ cₘ/K Σₖ max(0, s_λ(y) − bₖ), where bₖ is the largest s_λ of a front.
///
/// As s_λ is the m-th power of the length L = minᵢ (yᵢ − rᵢ)/λᵢ, and P(L > t) is a product, each
/// expectation is one integral over a line,
/// E max(0, Lᵐ − βᵐ) = ∫ m tᵐ⁻¹ Πᵢ Φ((μᵢ − rᵢ − λᵢt)/σᵢ) dt from β = b^(1/m) to ∞,
/// here by Gauss and Legendre's rule between the cliffs of its factors, with an error of less than
/// a millionth. All is made of logarithms, so that it points the way far from any improvement.
///
/// Source of the scalarisations: R. Zhang, D. Golovin, *Random Hypervolume Scalarizations for
/// Provable Multi-Objective Black Box Optimization* (ICML 2020, arXiv 2006.04655).
#[derive(Debug, Clone)]
pub struct LogScalarisedEi {
    reference: Vec<f64>,
    /// Each with the largest length of the front along it, at least 0.
    directions: Vec<(Scalarisation, f64)>,
}

/// One objective along a direction: Φ((centre − t)/width).
#[derive(Debug, Clone, Copy)]
struct Cliff {
    centre: f64,
    width: f64,
    sd: f64,
}

/// The logarithm of an integral, with its slopes by each mean and by each variance.
#[derive(Debug, Clone)]
struct Term {
    value: f64,
    by_mean: Vec<f64>,
    by_variance: Vec<f64>,
}

impl LogScalarisedEi {
    /// Improvement over `points` beyond `reference`, larger being better in every coordinate, by
    /// so many directions drawn from `seed`.
    #[must_use]
    pub fn new<P: AsRef<[f64]>>(points: &[P], reference: &[f64], draws: u64, seed: Seed) -> Self {
        let direction = |k: u64| {
            let drawn = Scalarisation::draw(reference.len(), seed.child(k));
            let lengths = points.iter().map(|p| drawn.length(p.as_ref(), reference));
            let best = lengths.fold(0.0, f64::max);
            (drawn, best)
        };
        Self { reference: reference.to_vec(), directions: (0..draws).map(direction).collect() }
    }

    /// The value with its derivatives by each mean and by each variance.
    ///
    /// Complexity for m objectives: O(m²) evaluations of ln Φ a direction.
    #[must_use]
    pub fn value_and_slopes(&self, means: &[f64], variances: &[f64]) -> (f64, Vec<f64>, Vec<f64>) {
        let m = self.reference.len();
        let term = |(direction, best): &(Scalarisation, f64)| {
            let moments = means.iter().zip(variances).zip(&self.reference);
            let cliff = |(((mean, variance), r), weight): (((&f64, &f64), &f64), &f64)| {
                let sd = variance.max(VARIANCE_MIN).sqrt();
                Cliff { centre: (mean - r) / weight, width: sd / weight, sd }
            };
            let cliffs: Vec<Cliff> = moments.zip(direction.weights()).map(cliff).collect();
            integral(&cliffs, *best)
        };
        let terms: Vec<Term> = self.directions.iter().map(term).collect();
        let constant = Scalarisation::constant(m) / terms.len() as f64;
        let mean = joined(&terms, m);
        (mean.value + libm::log(constant), mean.by_mean, mean.by_variance)
    }
}

/// The logarithm of a sum, each given by its logarithm.
fn joined(terms: &[Term], m: usize) -> Term {
    let largest = terms.iter().map(|t| t.value).fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<f64> = terms.iter().map(|t| libm::exp(t.value - largest)).collect();
    let total: f64 = shares.iter().sum();
    let mean = |of: &dyn Fn(&Term) -> &[f64], i: usize| -> f64 {
        terms.iter().zip(&shares).map(|(t, share)| share / total * of(t)[i]).sum()
    };
    Term {
        value: largest + libm::log(total),
        by_mean: (0..m).map(|i| mean(&|t| &t.by_mean, i)).collect(),
        by_variance: (0..m).map(|i| mean(&|t| &t.by_variance, i)).collect(),
    }
}

/// ln ∫ m tᵐ⁻¹ Πᵢ Φ((centreᵢ − t)/widthᵢ) dt from `from` to ∞.
fn integral(cliffs: &[Cliff], from: f64) -> Term {
    let m = cliffs.len();
    let end = end(cliffs, from);
    let mut bounds = vec![from, end];
    for Cliff { centre, width, .. } in cliffs {
        let all = [centre - CLIFF * width, *centre, centre + CLIFF * width];
        bounds.extend(all.into_iter().filter(|t| from < *t && *t < end));
    }
    bounds.sort_by(f64::total_cmp);
    let mut nodes = Vec::with_capacity(2 * GAUSS.len() * (bounds.len() - 1));
    for pair in bounds.windows(2) {
        let half = 0.5 * (pair[1] - pair[0]);
        for (x, weight) in GAUSS {
            for side in [-x, x] {
                let t = pair[0] + half * (1.0 + side);
                let part = node(cliffs, t);
                nodes
                    .push(Term { value: part.value + libm::log(m as f64 * half * weight), ..part });
            }
        }
    }
    joined(&nodes, m)
}

/// ln tᵐ⁻¹ Πᵢ Φ((centreᵢ − t)/widthᵢ).
fn node(cliffs: &[Cliff], t: f64) -> Term {
    let mut term = Term {
        value: (cliffs.len() - 1) as f64 * libm::log(t),
        by_mean: Vec::with_capacity(cliffs.len()),
        by_variance: Vec::with_capacity(cliffs.len()),
    };
    for Cliff { centre, width, sd } in cliffs {
        let z = (centre - t) / width;
        let at = log_cdf(z);
        term.value += at.value;
        term.by_mean.push(at.pdf_ratio / sd);
        term.by_variance.push(-0.5 * z * at.pdf_ratio / (sd * sd));
    }
    term
}

/// Where the integrand, whose logarithm is concave, has fallen by [`FALL`] from its largest value
/// beyond `from`.
fn end(cliffs: &[Cliff], from: f64) -> f64 {
    let value = |t: f64| node(cliffs, t).value;
    let steepest = cliffs.iter().map(|c| log_cdf((c.centre - from) / c.width).pdf_ratio / c.width);
    let narrowest = cliffs.iter().map(|c| c.width).fold(f64::INFINITY, f64::min);
    let mut step = (1.0 / steepest.fold(0.0, f64::max)).min(narrowest);
    let mut largest = value(from);
    for _ in 0..DOUBLINGS {
        let here = value(from + step);
        if here < largest - FALL {
            break;
        }
        largest = largest.max(here);
        step *= 2.0;
    }
    let (mut near, mut far) = (0.5 * step, step);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (near + far);
        if value(from + middle) < largest - FALL { far = middle } else { near = middle }
    }
    from + far
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acquire::log_h;
    use crate::pareto::LogEhvi;

    /// One objective has one direction, λ = 1, and E max(0, y − b) = σ h((μ − b)/σ).
    #[test]
    fn one_objective_is_expected_improvement() {
        for (mean, variance, best) in [
            (0.3, 1.0, 0.5),
            (-2.0, 0.01, 1.5),
            (4.0, 1e-6, 0.0),
            (0.0, 1e-12, 3.0),
            (2.0, 9.0, 40.0),
        ] {
            let gain = LogScalarisedEi::new(&[[best]], &[0.0], 1, Seed::root(1));
            let (value, by_mean, by_variance) = gain.value_and_slopes(&[mean], &[variance]);
            let sd = variance.sqrt();
            let h = log_h((mean - best) / sd);
            let expected = h.value + sd.ln();
            assert!(
                (value - expected).abs() < 1e-6 * expected.abs().max(1.0),
                "{value} {expected}"
            );
            assert!((by_mean[0] * sd / h.cdf_ratio - 1.0).abs() < 1e-6, "{by_mean:?} {h:?}");
            let slope = h.pdf_ratio / (2.0 * variance);
            assert!((by_variance[0] - slope).abs() < 1e-6 * slope.max(1.0), "{by_variance:?}");
        }
    }

    /// The theorem of the source, against the exact boxes; 4 % is more than four standard errors
    /// of 4000 draws.
    #[test]
    fn many_draws_make_the_exact_expected_hypervolume_improvement() {
        let front = [[0.3, 0.1, 0.2], [-0.4, 0.5, 0.1], [0.0, 0.0, 0.9]];
        let (means, variances) = ([0.2, 0.4, 0.3], [0.3, 0.01, 0.1]);
        for m in [2, 3] {
            let front: Vec<&[f64]> = front.iter().map(|p| &p[..m]).collect();
            let reference = vec![-1.0; m];
            let exact = LogEhvi::new(&front, &reference).unwrap();
            let exact = exact.value(&means[..m], &variances[..m]);
            let drawn = LogScalarisedEi::new(&front, &reference, 4000, Seed::root(5));
            let found = drawn.value_and_slopes(&means[..m], &variances[..m]).0;
            assert!((found - exact).abs() < 0.04, "{m}: {found} or {exact}");
        }
    }

    #[test]
    fn it_stays_finite_where_improvement_is_unthinkable_and_where_it_is_certain() {
        let gain = LogScalarisedEi::new(&[[1e8; 5]], &[0.0; 5], 4, Seed::root(2));
        let (value, by_mean, _) = gain.value_and_slopes(&[0.0; 5], &[1e-4; 5]);
        assert!(value.is_finite() && value < -1e15, "{value}");
        assert!(by_mean.iter().all(|g| g.is_finite()) && by_mean.iter().any(|g| *g > 0.0));
        let (value, ..) = gain.value_and_slopes(&[1e9; 5], &[0.0; 5]);
        let volume = 5.0 * libm::log(1e9);
        assert!((value - volume).abs() < 3.0, "{value} or about {volume}");
    }
}
