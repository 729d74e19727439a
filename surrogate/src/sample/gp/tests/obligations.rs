//! What other optimizers promise of themselves in their own tests and tables, held here too.

use surmise_core::sample::random;

use super::*;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Minimum 0 at (1, 1), along a bent valley. egobox's own test ends within ½ of it after 50
/// iterations; here after 10 more trials, as many as begin there.
#[test]
fn the_valley_of_rosenbrock_is_followed_to_its_lowest_point() {
    let f = |p: &Params| {
        let (a, b) = (x(p, "x"), x(p, "y"));
        100.0 * (b - a * a).powi(2) + (1.0 - a).powi(2)
    };
    for seed in 0..5 {
        let axes = vec![float("x", -2.0, 2.0, false), float("y", -2.0, 2.0, false)];
        let study = study(axes, seed, 60);
        let tried = run(&study, gp(&study), &f);
        let (params, value) = tried.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        let off = (x(params, "x") - 1.0).abs().max((x(params, "y") - 1.0).abs());
        assert!(off < 0.5 && *value < 0.5, "seed {seed}: {value} at {params}");
    }
}

/// Hartmann's function of six arguments in [0, 1], minimum −3.32237; −3.20 in the next best place.
/// Constants: L. C. W. Dixon, G. P. Szegő, *Towards Global Optimisation 2* (1978).
pub(super) fn hartmann(params: &Params) -> f64 {
    const A: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const P: [[f64; 6]; 4] = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    let at: Vec<f64> = (0..6).map(|i| x(params, &format!("x{i}"))).collect();
    let weighted = [1.0, 1.2, 3.0, 3.2].into_iter().zip(A.iter().zip(P));
    let term = |(a, p): (&[f64; 6], [f64; 6])| {
        let exponent: f64 = (0..6).map(|i| a[i] * (at[i] - p[i]).powi(2)).sum();
        (-exponent).exp()
    };
    -weighted.map(|(weight, row)| weight * term(row)).sum::<f64>()
}

/// botorch-rust's README: −3.16, the median after 30 iterations. Here: 10 Sobol' points and 30
/// trials that learn.
#[test]
fn hartmann_6_is_minimised_as_well_as_by_others() {
    let best_of = |seed| {
        let axes = (0..6).map(|i| float(&format!("x{i}"), 0.0, 1.0, false)).collect();
        let study = study(axes, seed, 40);
        best(&run(&study, gp(&study), &hartmann))
    };
    let found: Vec<f64> = (0..5).map(best_of).collect();
    assert!(median(found.clone()) <= -3.16, "{found:?}");
}

/// Which of Vizier's three SimpleKD problems: the category where the largest value is.
const CATEGORIES: [&str; 3] = ["corner", "center", "mixed"];

/// Vizier's SimpleKD with one parameter of each kind, as the relative distance from its optimum:
/// made to trap whoever climbs the nearest hill.
fn simple_kd(params: &Params, best: &str) -> f64 {
    let largest = match best {
        "corner" => kd("corner", best, -1.0, 1.0, 1.2),
        "center" => kd("center", best, -0.8, 2.0, 0.0),
        _ => kd("mixed", best, -1.0, 2.0, 1.2),
    };
    let size = params.get("size").unwrap().as_i64().unwrap();
    let worth = [(1, 1.2), (2, 0.0), (5, 0.6), (6, 0.8), (8, 1.0)];
    let worth = worth.iter().find(|w| w.0 == size).unwrap().1;
    let category = params.get("category").unwrap().as_str().unwrap();
    let value = kd(category, best, x(params, "x"), x(params, "n"), worth);
    ((value - largest) / largest).abs()
}

fn kd(category: &str, best: &str, x: f64, n: f64, size: f64) -> f64 {
    let ridge = match x > -0.8 {
        true => -(x - 1.0).powi(2),
        false => (-1.8_f64.powi(2) + 150.0 * (x + 0.8).powi(2)).min(1.6),
    };
    let bowl = (n - 2.2).powi(2) / 2.0;
    let bonus = match category {
        _ if category != best => 0.0,
        "mixed" => 1.5,
        _ => 1.0,
    };
    bonus
        + match category {
            "corner" => 0.8 * ridge + size + bowl,
            "center" => -ridge - size - bowl,
            _ => 0.8 * ridge + size - bowl,
        }
}

/// Vizier's `gp_bandit_test.py` allows its own process a relative error of 0.5 after 20 trials
/// where the corner is best, and 0.1 elsewhere, for one seed. Measured here, medians: 0.23 in the
/// corner, 0.06 in the center, 0.32 in the mixed problem.
#[test]
fn the_traps_of_simple_kd_are_left() {
    for category in CATEGORIES {
        let error = |seed| {
            let sizes = [1, 2, 5, 6, 8].map(|n| json!(n)).to_vec();
            let sizes = Domain::Choice { values: sizes, ordered: true };
            let axes = vec![
                float("x", -1.0, 1.0, false),
                parameter("size", sizes),
                int("n", 1, 3),
                choice("category", &CATEGORIES),
            ];
            let study = study(axes, seed, 20);
            best(&run(&study, gp(&study), &|p| simple_kd(p, category)))
        };
        let errors: Vec<f64> = (0..7).map(error).collect();
        assert!(median(errors.clone()) <= 0.5, "{category}: {errors:?}");
    }
}

/// Minimum −1.0316 at two of its six minima.
fn six_hump_camel(params: &Params) -> f64 {
    let (a, b) = (x(params, "x").powi(2), x(params, "y").powi(2));
    let product = x(params, "x") * x(params, "y");
    (4.0 - 2.1 * a + a * a / 3.0) * a + product + (-4.0 + 4.0 * b) * b
}

/// Ten steps a side: flat almost everywhere.
fn stairs(params: &Params) -> f64 {
    ["x", "y"].map(|name| (10.0 * (x(params, name) - 0.37).abs()).floor()).iter().sum()
}

type Problem<'a> = (&'a str, Vec<Parameter>, &'a dyn Fn(&Params) -> f64);

#[test]
fn on_average_it_is_never_worse_than_chance() {
    let plane = |low, high| vec![float("x", low, high, false), float("y", low, high, false)];
    let problems: [Problem<'_>; 4] = [
        ("mixed", mixed(0).space.parameters().to_vec(), &loss),
        ("camel", plane(-3.0, 3.0), &six_hump_camel),
        ("stairs", plane(0.0, 1.0), &stairs),
        ("branin", vec![float("x", -5.0, 10.0, false), float("y", 0.0, 15.0, false)], &branin),
    ];
    for (name, axes, objective) in problems {
        let mean = |entry: &Entry| {
            let best_of = |seed| {
                let study = study(axes.clone(), seed, 20);
                best(&run(&study, (entry.build)(&study).unwrap(), objective))
            };
            (0..20).map(best_of).sum::<f64>() / 20.0
        };
        let (by_gp, by_chance) = (mean(&ENTRY), mean(&random::ENTRY));
        assert!(by_gp <= by_chance, "{name}: {by_gp}, by chance {by_chance}");
    }
}
