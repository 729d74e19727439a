//! How far the sampler gets on objectives whose best value is known.

use surmise_core::sample::random;

use super::*;

/// f(x) = (x − 3.5) sin((x − 3.5)/π) on [0, 25]: minimum −15.1251 at 18.9353, an obligation of
/// egobox's own tests, which allow 30 evaluations.
#[test]
fn x_sin_x_is_minimised_within_thirty_trials() {
    let f = |x: f64| (x - 3.5) * ((x - 3.5) / std::f64::consts::PI).sin();
    for seed in 0..5 {
        let study = study(vec![float("x", 0.0, 25.0, false)], seed, 30);
        let tried = run(&study, gp(&study), &|p| f(x(p, "x")));
        let (params, value) = tried.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert!((value + 15.1251).abs() < 2e-3, "seed {seed}: {value}");
        assert!((x(params, "x") - 18.9353).abs() < 2e-2, "seed {seed}: {params}");
    }
}

#[test]
fn branin_is_minimised_where_random_search_is_far_off() {
    let mut regrets = Vec::new();
    for seed in 0..5 {
        let axes = vec![float("x", -5.0, 10.0, false), float("y", 0.0, 15.0, false)];
        let study = study(axes, seed, 30);
        let by_gp = best(&run(&study, gp(&study), &branin)) - 0.397887;
        let by_chance = (random::ENTRY.build)(&study).unwrap();
        let by_chance = best(&run(&study, by_chance, &branin)) - 0.397887;
        assert!(by_gp < by_chance, "seed {seed}: {by_gp}, random {by_chance}");
        regrets.push(by_gp);
    }
    regrets.sort_by(f64::total_cmp);
    assert!(regrets[2] < 0.05, "{regrets:?}");
}

#[test]
fn a_mixed_conditional_space_is_searched_without_a_repeat() {
    let mut losses = Vec::new();
    for seed in 0..5 {
        let study = mixed(seed);
        let tried = run(&study, gp(&study), &loss);
        let different: BTreeSet<String> = tried.iter().map(|t| t.0.key()).collect();
        assert_eq!(different.len(), 30);
        losses.push(best(&tried));
    }
    losses.sort_by(f64::total_cmp);
    assert!(losses[2] < 0.15, "{losses:?}");
}

/// Trials with x > 0.5 fail, although the objective falls towards x = 0.5.
#[test]
fn failures_are_learned_from() {
    let study = study(vec![float("x", 0.0, 1.0, false)], 5, 25);
    let mut sampler = gp(&study);
    let (mut failures, mut best) = (0, 0.0f64);
    for k in 0..study.trials {
        let seed = Seed::root(study.seed).child("trial").child(k);
        let Proposal::Try { params, .. } = sampler.propose(TrialId(k), seed).unwrap() else {
            panic!("a continuum cannot be exhausted");
        };
        let x = x(&params, "x");
        failures += u32::from(x > 0.5 && k >= 5);
        best = if x > 0.5 { best } else { best.min(-x) };
        let outcome = if x > 0.5 {
            Outcome::Failed { error: "diverged".into() }
        } else {
            Outcome::complete(-x, None)
        };
        let finished =
            vec![Finished { id: TrialId(k), params: &params, reports: &[], outcome: &outcome }];
        let running = Vec::new();
        sampler.observe(&Delta { finished, running }).unwrap();
    }
    // Blind sampling would fail in half of the twenty, and the best are at the edge.
    assert!(failures <= 8, "{failures} of 20 failed");
    assert!(best < -0.49, "{best}");
}

/// A failure says where trials fail, not how good a configuration is: here one in five, anywhere.
/// Measured with 20 seeds of 50 trials: 0.07 from the minimum of −3.32; with a made-up value for
/// each failure 0.58.
#[test]
fn failures_by_chance_do_not_hide_what_is_good() {
    let best_of = |seed| {
        let axes = (0..6).map(|i| float(&format!("x{i}"), 0.0, 1.0, false)).collect();
        let study = study(axes, seed, 50);
        let mut sampler = gp(&study);
        let (mut best, mut reason) = (f64::INFINITY, Reason::new("", ""));
        for k in 0..study.trials {
            let seed = Seed::root(study.seed).child("trial").child(k);
            let Proposal::Try { params, reason: why } = sampler.propose(TrialId(k), seed).unwrap()
            else {
                panic!("a continuum cannot be exhausted");
            };
            let value = obligations::hartmann(&params);
            let outcome = match k % 5 {
                2 => Outcome::Failed { error: "out of memory".into() },
                _ => Outcome::complete(value, None),
            };
            best = if k % 5 == 2 { best } else { best.min(value) };
            reason = why;
            let finished =
                vec![Finished { id: TrialId(k), params: &params, reports: &[], outcome: &outcome }];
            sampler.observe(&Delta { finished, running: Vec::new() }).unwrap();
        }
        assert!(reason.why.ends_with("in view of the probability to succeed"), "{reason:?}");
        let probability = reason.details["probability_of_success"].as_f64().unwrap();
        assert!((0.05..=1.0).contains(&probability), "{reason:?}");
        assert_eq!(
            (&reason.details["n_observations"], &reason.details["n_failed"]),
            (&json!(49), &json!(10))
        );
        best
    };
    let mut found: Vec<f64> = (0..5).map(best_of).collect();
    found.sort_by(f64::total_cmp);
    assert!(found[2] < -2.9, "{found:?}");
}

/// The smallest distance of a trial to all before it: the largest difference on any unit interval.
fn closest(study: &Study, tried: &[(Params, f64)]) -> f64 {
    let unit = |params: &Params| -> Vec<f64> {
        let parameters = study.space.parameters().iter();
        parameters.map(|p| p.domain.unit(params.get(&p.name).unwrap()).unwrap()).collect()
    };
    let units: Vec<Vec<f64>> = tried.iter().map(|t| unit(&t.0)).collect();
    let distance =
        |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let pairs = (0..units.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    pairs.map(|(i, j)| distance(&units[i], &units[j])).fold(f64::INFINITY, f64::min)
}

#[test]
fn nothing_to_learn_is_no_reason_to_repeat() {
    let axes = vec![float("x", 0.0, 1.0, false), float("y", 1e-5, 1.0, true)];
    let study = study(axes, 42, 30);
    let tried = run(&study, gp(&study), &|_| 0.5);
    assert!(closest(&study, &tried) >= 1e-4, "{}", closest(&study, &tried));
}

#[test]
fn an_optimum_on_a_bound_is_tried_exactly_and_once() {
    let study = study(vec![float("x", 0.0, 1.0, false)], 42, 25);
    let tried = run(&study, gp(&study), &|p| -x(p, "x"));
    assert_eq!(best(&tried), -1.0);
    assert!(closest(&study, &tried) >= 1e-4, "{}", closest(&study, &tried));
}

/// A first configuration is written by a person, who may leave out the decimal point.
#[test]
fn a_whole_number_of_a_continuum_is_not_tried_again() {
    let study = study(vec![float("x", 0.0, 1.0, false)], 42, 15);
    let mut sampler = gp(&study);
    let first: Params = [("x".to_owned(), json!(1))].into_iter().collect();
    show(&mut *sampler, 0, &first, -1.0);
    for k in 1..study.trials {
        let Proposal::Try { params, .. } = sampler.propose(TrialId(k), Seed::root(k)).unwrap()
        else {
            panic!("a continuum cannot be exhausted");
        };
        assert!(x(&params, "x") < 1.0 - 0.9e-4, "trial {k}");
        show(&mut *sampler, k, &params, -x(&params, "x"));
    }
}

#[test]
fn one_absurd_result_does_not_hide_the_others() {
    let axes = vec![float("x", 0.0, 1.0, false), float("y", 0.0, 1.0, false)];
    let study = study(axes, 7, 30);
    let hit = std::cell::Cell::new(0);
    let tried = run(&study, gp(&study), &|p| {
        hit.set(hit.get() + 1);
        let (a, b) = (x(p, "x") - 0.3, x(p, "y") - 0.6);
        if hit.get() == 3 { 1e300 } else { a * a + b * b }
    });
    assert!(best(&tried) < 1e-4, "{}", best(&tried));
}
