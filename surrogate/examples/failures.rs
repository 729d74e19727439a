//! How well `gp` copes with trials that fail: regret and failures on problems of which a part
//! cannot be evaluated. Prints a line a problem; `--release` and one argument, the number of seeds.

use surmise_core::Value;
use surmise_core::sample::{Delta, Finished, Proposal, Sampler};
use surmise_core::seed::Seed;
use surmise_core::study::Study;
use surmise_core::trial::{Outcome, Params, TrialId};
use surmise_surrogate::sample::gp::GpSampler;

type Fault = Box<dyn std::error::Error>;

/// A result, or none where a trial fails.
type Objective = fn(&Params) -> Option<f64>;

struct Problem {
    name: &'static str,
    space: &'static str,
    objective: Objective,
    least: f64,
    trials: u64,
}

const SQUARE: &str = r#"[{"name":"x","type":"float","low":-5,"high":10},
    {"name":"y","type":"float","low":0,"high":15}]"#;
const CUBE: &str = r#"[{"name":"x0","type":"float","low":0,"high":1},
    {"name":"x1","type":"float","low":0,"high":1},{"name":"x2","type":"float","low":0,"high":1},
    {"name":"x3","type":"float","low":0,"high":1},{"name":"x4","type":"float","low":0,"high":1},
    {"name":"x5","type":"float","low":0,"high":1}]"#;
const MIXED: &str = r#"[{"name":"rate","type":"float","low":1e-5,"high":1,"log":true},
    {"name":"units","type":"int","low":4,"high":512,"step":1},
    {"name":"optimizer","type":"choice","values":["adam","sgd","rmsprop"]},
    {"name":"momentum","type":"float","low":0,"high":0.99,
     "when":{"parameter":"optimizer","values":["sgd"]}}]"#;

const PROBLEMS: [Problem; 6] = [
    Problem {
        name: "line",
        space: r#"[{"name":"x","type":"float","low":0,"high":1}]"#,
        objective: |p| Some(x(p, "x")).filter(|x| *x <= 0.5).map(|x| -x),
        least: -0.5,
        trials: 25,
    },
    Problem {
        name: "branin, regions",
        space: SQUARE,
        objective: |p| {
            let (a, b) = (x(p, "x"), x(p, "y"));
            (!(a > 4.0 && b < 8.0 || b > 13.0)).then(|| branin(a, b))
        },
        least: 0.397_887,
        trials: 40,
    },
    Problem {
        name: "branin, diagonal",
        space: SQUARE,
        objective: |p| {
            let (a, b) = (x(p, "x"), x(p, "y"));
            (a + b <= 7.0).then(|| branin(a, b))
        },
        least: 0.397_887,
        trials: 40,
    },
    Problem {
        name: "hartmann, half",
        space: CUBE,
        objective: |p| {
            let fails = x(p, "x0") + x(p, "x1") > 0.9 || x(p, "x4") > 0.6;
            (!fails).then(|| hartmann(p))
        },
        least: -3.322_37,
        trials: 50,
    },
    Problem { name: "mixed", space: MIXED, objective: mixed, least: 0.0, trials: 50 },
    Problem {
        name: "hartmann, chance",
        space: CUBE,
        objective: |p| {
            let draw = Seed::root(0).child(p.key()).to_u64();
            (!draw.is_multiple_of(5)).then(|| hartmann(p))
        },
        least: -3.322_37,
        trials: 50,
    },
];

fn main() -> Result<(), Fault> {
    let seeds: u64 = std::env::args().nth(1).map_or(Ok(20), |n| n.parse())?;
    let mut text = String::from("digits of the regret, and how many trials failed\n");
    for problem in &PROBLEMS {
        let runs: Result<Vec<(f64, f64)>, Fault> = (0..seeds).map(|s| run(problem, s)).collect();
        let (digits, shares): (Vec<f64>, Vec<f64>) = runs?.into_iter().unzip();
        let n = seeds as f64;
        let mean = digits.iter().sum::<f64>() / n;
        let variance = digits.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        let (error, share) = ((variance / n).sqrt(), shares.iter().sum::<f64>() / n);
        text += &format!("{:18} {mean:.2} ± {error:.2}  {share:.2}\n", problem.name);
    }
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes())?;
    Ok(())
}

/// Digits of the regret of the best trial, and the share that failed.
fn run(problem: &Problem, seed: u64) -> Result<(f64, f64), Fault> {
    let space: Value = serde_json::from_str(problem.space)?;
    let study: Study = serde_json::from_value(serde_json::json!({
        "name": "failures", "seed": seed, "trials": problem.trials, "parallel": 1,
        "objective": { "metric": "loss", "direction": "minimize" },
        "sampler": { "name": "gp" }, "space": space,
    }))?;
    let mut sampler = GpSampler::new(&study)?;
    let (mut best, mut failed) = (f64::INFINITY, 0);
    for k in 0..study.trials {
        let stream = Seed::root(seed).child("trial").child(k);
        let Proposal::Try { params, .. } = sampler.propose(TrialId(k), stream)? else { break };
        let outcome = match (problem.objective)(&params) {
            Some(value) => {
                best = best.min(value);
                Outcome::complete(value, None)
            }
            None => {
                failed += 1;
                Outcome::Failed { error: "cannot be evaluated".into() }
            }
        };
        let told = Finished { id: TrialId(k), params: &params, reports: &[], outcome: &outcome };
        sampler.observe(&Delta { finished: vec![told], running: Vec::new() })?;
    }
    let regret = (best - problem.least).clamp(1e-9, 1e3);
    Ok((regret.log10(), f64::from(failed) / study.trials as f64))
}

fn x(params: &Params, name: &str) -> f64 {
    params.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

fn branin(x: f64, y: f64) -> f64 {
    use std::f64::consts::PI;
    let bend = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    bend * bend + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
}

fn hartmann(params: &Params) -> f64 {
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
    let exponent = |k: usize| (0..6).map(|i| A[k][i] * (at[i] - P[k][i]).powi(2)).sum::<f64>();
    -[1.0, 1.2, 3.0, 3.2].iter().zip(0..).map(|(w, k)| w * (-exponent(k)).exp()).sum::<f64>()
}

/// Diverges at large rates of large models; two of three optimizers are out of memory early.
fn mixed(params: &Params) -> Option<f64> {
    let (rate, units, momentum) = (x(params, "rate"), x(params, "units"), x(params, "momentum"));
    let is_large = momentum.is_nan() && units > 200.0;
    if rate * units > 2.5 || is_large {
        return None;
    }
    let kind = if momentum.is_nan() { 0.6 } else { (momentum - 0.9).abs() };
    Some(0.3 * (rate.log10() + 2.0).powi(2) + 0.2 * (units / 128.0).ln().powi(2) + kind)
}
