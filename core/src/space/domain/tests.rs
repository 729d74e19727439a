//! Unit tests of one parameter's values.

use proptest::prelude::*;
use serde_json::json;

use super::*;

pub(in crate::space) fn stepped(low: f64, high: f64, step: f64) -> Domain {
    Domain::Float { low, high, log: false, step: Some(step) }
}

#[test]
pub(in crate::space) fn stepped_floats_are_written_as_people_write_them() {
    let texts = |domain: Domain| {
        let n = domain.cardinality().unwrap();
        (0..n).map(|i| domain.value(i).to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(texts(stepped(0.1, 0.5, 0.1)), "0.1 0.2 0.3 0.4 0.5");
    assert_eq!(texts(stepped(-0.3, 0.3, 0.15)), "-0.3 -0.15 0.0 0.15 0.3");
    assert_eq!(texts(stepped(0.05, 1.0, 0.25)), "0.05 0.3 0.55 0.8");
    assert_eq!(texts(stepped(1e-7, 5e-7, 2e-7)), "1e-7 3e-7 5e-7");
    let third = stepped(0.0, 1.0, 1.0 / 3.0);
    assert_eq!(texts(third), "0.0 0.3333333333333333 0.6666666666666666 1.0");
}

#[test]
pub(in crate::space) fn stepped_floats_reach_their_upper_end() {
    let domain = Domain::Float { low: 0.0, high: 1.0, log: false, step: Some(0.1) };
    assert_eq!(domain.cardinality(), Some(11));
    assert_eq!(domain.at(1.0), json!(1.0));
    assert!(domain.contains(&json!(0.3)) && !domain.contains(&json!(0.35)));
}

/// The rounding of 10⁹ is far below this step, but a billionth of 10⁹ is above it.
#[test]
fn values_between_the_steps_of_large_numbers_are_refused() {
    let domain = stepped(1e9, 1e9 + 1.0, 0.4);
    assert_eq!(domain.cardinality(), Some(3));
    assert_eq!(domain.index(&json!(1_000_000_001)), None);
    assert_eq!(domain.index(&json!(1_000_000_000.8)), Some(2));
}

#[test]
fn steps_that_round_away_are_refused() {
    let problems = stepped(1e16, 2e16, 2.0).problems();
    assert!(problems[0].starts_with("needs a step of at least 7.1"), "{problems:?}");
    assert_eq!(stepped(1e16, 2e16, 100.0).problems(), Vec::<String>::new());
}

#[test]
fn ranges_whose_values_have_no_place_of_their_own_are_refused() {
    let wide = |low, high, log| Domain::Int { low, high, log, step: 1 };
    assert_eq!(wide(0, 1 << 51, false).problems(), ["has more than 2^51 values"]);
    assert_eq!(wide(1, 1 << 41, true).problems(), ["has `log`, so max is at most 2^40"]);
    for (low, high, log) in [(1, (1 << 51) - 1, false), (1, 1 << 40, true)] {
        let domain = wide(low, high, log);
        assert_eq!(domain.problems(), Vec::<String>::new());
        for n in (high - 100..=high).chain(high / 2..high / 2 + 100) {
            assert_eq!(domain.at(domain.unit(&json!(n)).unwrap()), json!(n));
        }
    }
}

#[test]
fn the_ends_of_a_logarithmic_range_are_exact() {
    let domain = Domain::Float { low: 1e-5, high: 0.3, log: true, step: None };
    assert_eq!([domain.at(0.0), domain.at(1.0)], [json!(1e-5), json!(0.3)]);
    assert_eq!(domain.unit(&json!(0.3)), Some(1.0));
}

#[test]
fn bounds_that_cannot_be_counted_in_are_refused() {
    let wide = |low, high| Domain::Int { low, high, log: false, step: 1 };
    assert_eq!(wide(i64::MIN, i64::MAX).problems(), ["needs bounds within ±2^53"]);
    let fine = |high, step| Domain::Float { low: 0.0, high, log: false, step: Some(step) };
    assert_eq!(fine(1e300, 1e-9).problems(), ["has more than 2^53 steps of 0.000000001"]);
    assert_eq!(fine(1.0, f64::NAN).problems().len(), 2);
    assert_eq!(fine(f64::INFINITY, 0.5).problems().len(), 2);
    assert_eq!(fine(1.0, 0.25).problems(), Vec::<String>::new());
}

pub(in crate::space) fn any_domain() -> impl Strategy<Value = Domain> {
    prop_oneof![
        (-1e6..1e6f64, 1e-3..1e6f64, any::<bool>()).prop_map(|(low, width, log)| {
            let low = if log { low.abs() + 1e-6 } else { low };
            Domain::Float { low, high: low + width, log, step: None }
        }),
        (-1000i64..1000, 1i64..500, 1i64..20).prop_map(|(low, width, step)| {
            Domain::Int { low, high: low + width.max(step), log: false, step }
        }),
        (1i64..50, 1i64..5000).prop_map(|(low, width)| Domain::Int {
            low,
            high: low + width,
            log: true,
            step: 1
        }),
        (1usize..9).prop_map(|n| Domain::Choice {
            values: (0..n).map(|i| json!(i)).collect(),
            ordered: false
        }),
    ]
}

proptest! {
    #[test]
    fn steps_lead_upwards_inside_the_bounds_and_back_to_their_number(
        low in prop_oneof![
            -1e3..1e3f64,
            -1e15..1e15f64,
            (-50i32..50).prop_map(|k| f64::from(k) / 10.0),
        ],
        step in prop_oneof![1e-3..1e3f64, (1i32..50).prop_map(|k| f64::from(k) / 100.0)],
        steps in 1.0..300.0f64,
    ) {
        let domain = stepped(low, low + steps * step, step);
        prop_assume!(domain.problems().is_empty());
        let n = domain.cardinality().unwrap();
        let values: Vec<f64> = (0..n).map(|i| domain.value(i).as_f64().unwrap()).collect();
        prop_assert!(values.windows(2).all(|w| w[0] < w[1]), "{}", domain);
        for (i, value) in values.iter().enumerate() {
            prop_assert!(low <= *value && *value <= low + steps * step);
            prop_assert_eq!(domain.index(&json!(value)), Some(i as u64));
            // As the sum itself gives it, without tidying.
            let sum = (low + i as f64 * step).clamp(low, low + steps * step);
            prop_assert_eq!(domain.index(&json!(sum)), Some(i as u64));
            let canonical = domain.canonical(&json!(sum)).unwrap();
            prop_assert_eq!(domain.canonical(&canonical), Some(canonical));
            prop_assert_eq!(domain.at(domain.unit(&json!(value)).unwrap()), json!(value));
        }
    }

    #[test]
    fn any_unit_point_gives_a_value_of_the_domain_and_back(
        domain in any_domain(),
        u in 0.0..=1.0f64,
    ) {
        prop_assert_eq!(domain.problems(), Vec::<String>::new());
        let value = domain.at(u);
        prop_assert!(domain.contains(&value), "{} holds {}", domain, value);
        let back = domain.unit(&value).unwrap();
        match domain.cardinality() {
            None => prop_assert!((back - u).abs() < 1e-6),
            Some(_) => prop_assert_eq!(domain.at(back), value),
        }
    }
}
