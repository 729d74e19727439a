//! Test functions of any number of variables, all to be minimised, with optimum 0.

use std::f64::consts::{E, PI};

use rand::RngExt;
use surmise_core::seed::Seed;

/// A function on a cube, its optimum moved away from the middle.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) low: f64,
    pub(crate) high: f64,
    of: fn(&[f64]) -> f64,
}

/// At most this share of the cube's width the optimum is moved, in each variable.
const MOVED: f64 = 0.25;

impl Function {
    /// The value at `x`, whose optimum `seed` moved.
    pub(crate) fn at(&self, x: &[f64], seed: Seed) -> f64 {
        let mut rng = seed.child(self.name).rng();
        let mut shift = || (self.high - self.low) * rng.random_range(-MOVED..MOVED);
        let moved: Vec<f64> = x.iter().map(|x| x - shift()).collect();
        (self.of)(&moved)
    }
}

/// Sources: S. Surjanovic, D. Bingham, *Virtual Library of Simulation Experiments*, the functions
/// of these names.
pub(crate) const ALL: [Function; 4] = [
    Function { name: "levy", low: -10.0, high: 10.0, of: levy },
    Function { name: "ackley", low: -10.0, high: 10.0, of: ackley },
    Function { name: "styblinski_tang", low: -5.0, high: 5.0, of: styblinski_tang },
    Function { name: "branin_of_two", low: -10.0, high: 10.0, of: branin_of_two },
];

fn levy(x: &[f64]) -> f64 {
    let w: Vec<f64> = x.iter().map(|x| 1.0 + (x - 1.0) / 4.0).collect();
    let term = |w: f64, bend: f64| (w - 1.0).powi(2) * bend;
    let (last, first) = (w[w.len() - 1], w[0]);
    let inner = w[..w.len() - 1].iter();
    (PI * first).sin().powi(2)
        + inner.map(|w| term(*w, 1.0 + 10.0 * (PI * w + 1.0).sin().powi(2))).sum::<f64>()
        + term(last, 1.0 + (2.0 * PI * last).sin().powi(2))
}

fn ackley(x: &[f64]) -> f64 {
    let mean = |f: fn(f64) -> f64| x.iter().map(|x| f(*x)).sum::<f64>() / x.len() as f64;
    let (square, cosine) = (mean(|x| x * x), mean(|x| (2.0 * PI * x).cos()));
    20.0 - 20.0 * (-0.2 * square.sqrt()).exp() + E - cosine.exp()
}

fn styblinski_tang(x: &[f64]) -> f64 {
    let least = 39.166_165_703_771_42;
    x.iter().map(|x| 0.5 * (x.powi(4) - 16.0 * x * x + 5.0 * x) + least).sum()
}

/// Branin's function of the second and the last variable; the others do nothing.
fn branin_of_two(x: &[f64]) -> f64 {
    let (a, b) = (x[1], x[x.len() - 1]);
    let bent = b - 5.1 / (4.0 * PI * PI) * a * a + 5.0 / PI * a - 6.0;
    bent * bent + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * a.cos() + 10.0 - 0.397_887_357_729_738_16
}
