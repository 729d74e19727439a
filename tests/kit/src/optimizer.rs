//! What every training optimizer that makes steps promises.

use surmise_training::optimize::{Group, Optimizer, Penalty};

/// Not a multiple of any number of parameters that are changed at once.
const N: usize = 37;

/// Runs every check on optimizers that `make` makes, each before its first step.
///
/// # Panics
/// If it breaks a promise, with a sentence saying which.
pub fn check(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    settings_are_numbers(make);
    the_same_steps_give_the_same_bits(make);
    a_parameters_place_does_not_matter(make);
    without_a_slope_nothing_moves(make);
    no_step_at_a_rate_of_0(make);
    penalties_reach_their_group_alone(make);
    decay_shrinks_without_a_slope(make);
    a_bowl_is_descended(make);
    small_and_large_slopes_stay_finite(make);
    a_step_tells_how_far_it_came(make);
}

fn settings_are_numbers(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let optimizer = make();
    let (rate, decay) = (optimizer.learning_rate(), optimizer.weight_decay());
    assert!(rate.is_finite() && rate > 0.0, "the learning rate is {rate}");
    assert!(decay.is_finite() && decay >= 0.0, "the weight decay is {decay}");
}

/// Slope `i` of step `step`: some of either sign, some 0.
fn slope(step: usize, i: usize) -> f64 {
    let turn = (step * 31 + i * 17) % 23;
    if turn == 0 { 0.0 } else { (turn as f64 - 11.0) * 0.1 }
}

fn plain(n: usize) -> [Group; 1] {
    [Group { range: 0..n, penalty: Penalty::default() }]
}

/// Where `places` parameters come to in eight steps, each by the slopes of its place.
fn walk(
    make: &dyn Fn() -> Box<dyn Optimizer<f64>>,
    places: &[usize],
    groups: &[Group],
) -> Vec<f64> {
    let mut optimizer = make();
    let mut params: Vec<f64> = places.iter().map(|i| 1.0 - *i as f64 * 0.1).collect();
    for step in 0..8 {
        let gradient: Vec<f64> = places.iter().map(|i| slope(step, *i)).collect();
        optimizer.step(&mut params, &gradient, 0.1, groups);
    }
    params
}

fn the_same_steps_give_the_same_bits(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let places: Vec<usize> = (0..N).collect();
    let (once, again) = (walk(make, &places, &plain(N)), walk(make, &places, &plain(N)));
    assert_eq!(once, again, "an optimizer must depend on nothing but its steps");
}

fn a_parameters_place_does_not_matter(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let places: Vec<usize> = (0..N).collect();
    let all = walk(make, &places, &plain(N));
    let backwards: Vec<usize> = (0..N).rev().collect();
    let mut turned = walk(make, &backwards, &plain(N));
    turned.reverse();
    assert_eq!(all, turned, "a parameter's steps must not depend on its place");
    for cut in [1, 16, 20, N - 1] {
        let group = |range| Group { range, penalty: Penalty::default() };
        let parts = [group(0..cut), group(cut..N)];
        assert_eq!(all, walk(make, &places, &parts), "groups cut at {cut} must change nothing");
    }
}

fn without_a_slope_nothing_moves(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let mut optimizer = make();
    let start: Vec<f64> = (0..N).map(|i| i as f64 - 9.0).collect();
    let mut params = start.clone();
    for _ in 0..3 {
        optimizer.step(&mut params, &[0.0; N], 0.1, &plain(N));
    }
    assert_eq!(params, start, "where no slope ever was, a parameter must stay");
}

fn a_step_tells_how_far_it_came(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    for i in [0, 15, 16, N - 1] {
        let mut optimizer = make();
        let mut params = vec![0.5; N];
        params[i] = -7.0;
        let told = optimizer.step(&mut params, &[0.3; N], 0.01, &plain(N));
        assert_eq!(told, params[i].abs(), "a step must tell the largest parameter");
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut gradient = [0.3; N];
            gradient[i] = bad;
            let told = make().step(&mut params.clone(), &gradient, 0.01, &plain(N));
            assert!(!told.is_finite(), "a step by a slope of {bad} must tell no finite number");
        }
    }
}

fn no_step_at_a_rate_of_0(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let mut optimizer = make();
    let mut params = vec![1.5; N];
    optimizer.step(&mut params, &[0.3; N], 0.0, &plain(N));
    assert_eq!(params, [1.5; N], "a learning rate of 0 must not move a parameter");
}

fn penalties_reach_their_group_alone(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    for penalty in [
        Penalty { l1: 0.5, ..Penalty::default() },
        Penalty { l2: 0.5, ..Penalty::default() },
        Penalty { decay: 0.5, ..Penalty::default() },
    ] {
        let groups =
            [Group { range: 0..5, penalty }, Group { range: 5..N, penalty: Penalty::default() }];
        let mut params = vec![2.0; N];
        make().step(&mut params, &[0.0; N], 0.01, &groups);
        assert!(
            params[..5].iter().all(|p| *p < 2.0) && params[5..].iter().all(|p| *p == 2.0),
            "{penalty:?} must draw its own group, and no other, towards 0: {params:?}"
        );
    }
}

fn decay_shrinks_without_a_slope(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let penalty = Penalty { decay: 0.5, ..Penalty::default() };
    let mut params = vec![2.0; N];
    make().step(&mut params, &[0.0; N], 0.1, &[Group { range: 0..N, penalty }]);
    let expected = 2.0 * (1.0 - 0.1 * 0.5);
    assert!(
        params.iter().all(|p| (p - expected).abs() < 1e-15),
        "decoupled decay must multiply by 1 − rate · decay, here {expected}: {params:?}"
    );
}

fn a_bowl_is_descended(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let mut optimizer = make();
    let rate = optimizer.learning_rate();
    let width = |i: usize| 0.1 + 0.9 * (i as f64 / N as f64);
    let loss = |params: &[f64]| -> f64 {
        params.iter().enumerate().map(|(i, p)| 0.5 * width(i) * p * p).sum()
    };
    let mut params: Vec<f64> = (0..N).map(|i| if i % 2 == 0 { 1.0 } else { -2.0 }).collect();
    let before = loss(&params);
    for _ in 0..200 {
        let gradient: Vec<f64> = params.iter().enumerate().map(|(i, p)| width(i) * p).collect();
        optimizer.step(&mut params, &gradient, rate, &plain(N));
    }
    let after = loss(&params);
    assert!(after < before, "200 steps at its own rate lead from {before} up to {after}");
}

fn small_and_large_slopes_stay_finite(make: &dyn Fn() -> Box<dyn Optimizer<f64>>) {
    let mut optimizer = make();
    let mut params = vec![1.0; N];
    for step in 0..20 {
        let scale = [1e-30, 1e30, 0.0, -1e-30, -1e30][step % 5];
        let gradient: Vec<f64> = (0..N).map(|i| scale * (1.0 + i as f64)).collect();
        optimizer.step(&mut params, &gradient, 1e-3, &plain(N));
    }
    assert!(
        params.iter().all(|p| p.is_finite()),
        "slopes from 1e-30 to 1e30 must not lead to what is no finite number: {params:?}"
    );
}
