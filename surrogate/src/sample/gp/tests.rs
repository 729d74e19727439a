//! What the sampler promises, on spaces and objectives where it can be judged.

use std::collections::BTreeSet;

use serde_json::json;
use surmise_core::sample::{Finished, Pending};
use surmise_core::space::{Condition, Domain, Parameter};
use surmise_core::study::{Objective, SamplerChoice};
use surmise_core::trial::Outcome;

use super::*;

mod goals;
mod obligations;
mod reach;
mod recommend;
mod steps;
mod warped;

fn float(name: &str, low: f64, high: f64, log: bool) -> Parameter {
    let domain = Domain::Float { low, high, log, step: None };
    parameter(name, domain)
}

fn choice(name: &str, values: &[&str]) -> Parameter {
    let values = values.iter().map(|v| json!(v)).collect();
    let ordered = false;
    parameter(name, Domain::Choice { values, ordered })
}

fn int(name: &str, low: i64, high: i64) -> Parameter {
    let (log, step) = (false, 1);
    let domain = Domain::Int { low, high, log, step };
    parameter(name, domain)
}

fn parameter(name: &str, domain: Domain) -> Parameter {
    Parameter { name: name.into(), domain, when: None }
}

fn study(parameters: Vec<Parameter>, seed: u64, trials: u64) -> Study {
    Study {
        name: "test".into(),
        seed,
        objective: Objective { metric: "loss".into(), direction: Direction::Minimize },
        others: Vec::new(),
        constraints: Vec::new(),
        steps: None,
        space: Space::new(parameters).unwrap(),
        first: None,
        sampler: SamplerChoice { name: "gp".into(), settings: serde_json::Map::new() },
        trials,
        parallel: 1,
    }
}

fn x(params: &Params, name: &str) -> f64 {
    params.get(name).unwrap().as_f64().unwrap()
}

/// Runs a study to its end or until nothing is left; what was tried, with values.
fn run(
    study: &Study,
    mut sampler: Box<dyn Sampler>,
    objective: &dyn Fn(&Params) -> f64,
) -> Vec<(Params, f64)> {
    let mut tried = Vec::new();
    for k in 0..study.trials {
        let seed = Seed::root(study.seed).child("trial").child(k);
        let Proposal::Try { params, .. } = sampler.propose(TrialId(k), seed).unwrap() else {
            break;
        };
        study.space.check(&params).unwrap();
        let value = objective(&params);
        show(&mut *sampler, k, &params, value);
        tried.push((params, value));
    }
    tried
}

fn show(sampler: &mut dyn Sampler, k: u64, params: &Params, value: f64) {
    let outcome = Outcome::complete(value, None);
    let finished = Finished { id: TrialId(k), params, reports: &[], outcome: &outcome };
    let delta = Delta { finished: vec![finished], running: Vec::new() };
    sampler.observe(&delta).unwrap();
}

fn gp(study: &Study) -> Box<dyn Sampler> {
    (ENTRY.build)(study).unwrap()
}

fn best(tried: &[(Params, f64)]) -> f64 {
    tried.iter().map(|t| t.1).fold(f64::INFINITY, f64::min)
}

#[test]
fn it_keeps_the_promises_of_every_sampler() {
    use surmise_test_kit::sampler::{Options, check};
    let options = Options { never_repeats: true, ..Options::default() };
    check(&|study| gp(study), &options);
}

/// Branin's function, minimum 0.397887 at three places.
fn branin(params: &Params) -> f64 {
    use std::f64::consts::PI;
    let (x, y) = (x(params, "x"), x(params, "y"));
    let bend = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    bend * bend + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
}

/// A log scale, integers, choices, and a parameter that only one choice has.
fn mixed(seed: u64) -> Study {
    let mut momentum = float("momentum", 0.0, 0.99, false);
    momentum.when = Some(Condition { parameter: "optimizer".into(), values: vec![json!("sgd")] });
    let parameters = vec![
        float("rate", 1e-5, 1.0, true),
        int("units", 4, 512),
        choice("optimizer", &["adam", "sgd", "rmsprop"]),
        momentum,
    ];
    study(parameters, seed, 30)
}

/// Best is 0: sgd with momentum 0.9, rate 10⁻², 128 units.
fn loss(params: &Params) -> f64 {
    let rate = x(params, "rate").log10() + 2.0;
    let units = (x(params, "units") / 128.0).ln();
    let kind = match params.get("momentum") {
        Some(m) => (m.as_f64().unwrap() - 0.9).abs(),
        None => 0.6,
    };
    0.3 * rate * rate + 0.2 * units * units + kind
}

#[test]
fn a_grid_is_visited_whole_and_then_exhausted() {
    let parameters = vec![int("a", 0, 2), int("b", 0, 3), choice("c", &["p", "q", "r", "s", "t"])];
    let study = study(parameters, 1, 100);
    let tried = run(&study, gp(&study), &|p| x(p, "a") - x(p, "b"));
    let different: BTreeSet<String> = tried.iter().map(|t| t.0.key()).collect();
    assert_eq!((tried.len(), different.len()), (60, 60));
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let tried = |seed| run(&mixed(seed), gp(&mixed(seed)), &loss);
    assert_eq!(tried(3), tried(3));
    assert_ne!(tried(3), tried(4));
}

/// A sampler that has seen twelve trials of Branin's function, with `running` under way.
fn after_twelve(running: &[Params]) -> (Study, Box<dyn Sampler>) {
    let axes = vec![float("x", -5.0, 10.0, false), float("y", 0.0, 15.0, false)];
    let study = study(axes, 2, 30);
    let mut sampler = gp(&study);
    for k in 0..12 {
        let params = study.space.at(&[k as f64 / 12.0, (k * 5 % 12) as f64 / 12.0]);
        show(&mut *sampler, k, &params, branin(&params));
    }
    let pending = running.iter().zip(12..).map(|(params, k)| Pending {
        id: TrialId(k),
        params,
        reports: &[],
    });
    let delta = Delta { finished: Vec::new(), running: pending.collect() };
    sampler.observe(&delta).unwrap();
    (study, sampler)
}

fn next(sampler: &mut dyn Sampler) -> (Params, Reason) {
    let seed = Seed::root(2).child("trial").child(12);
    match sampler.propose(TrialId(12), seed).unwrap() {
        Proposal::Try { params, reason } => (params, reason),
        Proposal::Exhausted => panic!("a continuum cannot be exhausted"),
    }
}

#[test]
fn a_running_trial_moves_the_next_one_away() {
    let (study, mut alone) = after_twelve(&[]);
    let (first, _) = next(&mut *alone);
    let (_, mut beside) = after_twelve(std::slice::from_ref(&first));
    let (second, reason) = next(&mut *beside);
    let unit = |params: &Params, i: usize| {
        let parameter = &study.space.parameters()[i];
        let value = params.get(&parameter.name).unwrap();
        parameter.domain.unit(value).unwrap()
    };
    let distance = (0..2).map(|i| (unit(&first, i) - unit(&second, i)).abs());
    assert!(distance.fold(0.0, f64::max) > 0.02, "{first} and {second}");
    assert_eq!(reason.details["n_running"], json!(1));
}

#[test]
fn the_reason_tells_the_numbers_in_the_units_of_the_objective() {
    let (_, mut sampler) = after_twelve(&[]);
    let (params, reason) = next(&mut *sampler);
    assert_eq!(reason.by, "gp");
    let number = |name: &str| reason.details[name].as_f64().unwrap();
    let off = (number("predicted_mean") - branin(&params)).abs();
    assert!(off < 6.0 * number("predicted_sd") + 5.0, "{reason:?} but {}", branin(&params));
    assert!(number("incumbent_mean") > 0.0 && number("noise_sd") > 0.0);
    assert!(number("log_ei").is_finite());
    assert_eq!(reason.details["n_observations"], json!(12));
    let lengthscales = reason.details["lengthscales"].as_object().unwrap();
    assert!(lengthscales.contains_key("x") && lengthscales.contains_key("y"));
}

#[test]
fn one_result_is_enough_to_learn_from() {
    let mut study = mixed(0);
    study.sampler.settings.insert("initial".into(), json!(1));
    let mut sampler = gp(&study);
    let params = study.space.at(&[0.5; 4]);
    show(&mut *sampler, 0, &params, 3.0);
    let seed = Seed::root(0);
    let Proposal::Try { reason, .. } = sampler.propose(TrialId(1), seed).unwrap() else {
        panic!("a continuum cannot be exhausted");
    };
    assert_eq!(reason.details["n_observations"], json!(1));
}

#[test]
fn the_size_of_the_initial_design_follows_space_and_budget() {
    assert_eq!(initial(1, 100), 5);
    assert_eq!(initial(10, 100), 20);
    assert_eq!(initial(20, 100), 20);
    assert_eq!(initial(100, 1000), 20);
    assert_eq!(initial(3, 10), 4);
}

#[test]
fn a_trial_of_another_space_is_refused() {
    let study = mixed(0);
    let stranger: Params = [("y".to_owned(), json!(1))].into_iter().collect();
    let running = vec![Pending { id: TrialId(0), params: &stranger, reports: &[] }];
    let finished = Vec::new();
    let error = gp(&study).observe(&Delta { finished, running }).unwrap_err();
    assert!(error.to_string().contains("`y`"), "{error}");
}

#[test]
fn a_surrogate_that_cannot_be_fitted_is_told_and_replaced_by_the_sequence() {
    let study = mixed(0);
    let sampler = GpSampler::new(&study).unwrap();
    let untried = Untried::new(&study.space, std::iter::empty());
    let error = crate::Error::NotPositiveDefinite { size: 7, jitter: 1e-4 };
    let proposal = sampler.without_surrogate(TrialId(6), Seed::root(0), &untried, &error);
    let Ok(Proposal::Try { params, reason }) = proposal else {
        panic!("a continuum cannot be exhausted");
    };
    study.space.check(&params).unwrap();
    assert!(reason.why.contains("no surrogate could be fitted"));
    assert_eq!(reason.details["fallback"], json!(error.to_string()));
}

/// Programs tell results as trials end, and those from outside have the largest numbers.
#[test]
fn what_was_asked_in_between_does_not_matter_in_whatever_order_trials_end() {
    let axes = vec![float("x", -5.0, 10.0, false), float("y", 0.0, 15.0, false)];
    let study = study(axes, 2, 30);
    let trial = |k: u64| study.space.at(&[k as f64 / 16.0, (k * 5 % 16) as f64 / 16.0]);
    let after = |ask: &dyn Fn(usize) -> bool| {
        let mut sampler = gp(&study);
        for (n, k) in [13, 12, 0, 1, 2, 3, 4, 5, 6, 8, 7, 11, 9, 10].into_iter().enumerate() {
            show(&mut *sampler, k, &trial(k), branin(&trial(k)));
            if ask(n) {
                sampler.propose(TrialId(20), Seed::root(1)).unwrap();
            }
        }
        sampler.propose(TrialId(20), Seed::root(1)).unwrap()
    };
    assert_eq!(after(&|n| n >= 9), after(&|_| false));
}

#[test]
fn under_noise_it_is_open_which_trial_is_the_best() {
    let contenders = |noise: f64| {
        let axes = vec![float("x", 0.0, 1.0, false), float("y", 0.0, 1.0, false)];
        let study = study(axes, 4, 24);
        let mut sampler = GpSampler::new(&study).unwrap();
        let mut luck = Seed::root(9).rng();
        let mut contenders = Vec::new();
        for k in 0..study.trials {
            let seed = Seed::root(4).child(k);
            let Proposal::Try { params, reason } = sampler.propose(TrialId(k), seed).unwrap()
            else {
                panic!("nothing was proposed")
            };
            contenders.extend(reason.details.get("contenders").and_then(Value::as_u64));
            let loss = (x(&params, "x") - 0.3).powi(2) + (x(&params, "y") - 0.6).powi(2);
            show(&mut sampler, k, &params, loss + noise * crate::normal::draw(&mut luck));
        }
        contenders
    };
    assert!(contenders(0.0).iter().rev().take(10).all(|n| *n == 1), "{:?}", contenders(0.0));
    assert!(contenders(0.2).iter().any(|n| *n > 1), "{:?}", contenders(0.2));
}
