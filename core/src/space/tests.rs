//! Unit tests of the search space.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn float(name: &str, low: f64, high: f64, log: bool) -> Parameter {
    let domain = Domain::Float { low, high, log, step: None };
    Parameter { name: name.into(), domain, when: None }
}

fn choice(name: &str, values: &[&str]) -> Parameter {
    let values = values.iter().map(|v| json!(v)).collect();
    Parameter { name: name.into(), domain: Domain::Choice { values, ordered: false }, when: None }
}

fn int(name: &str, low: i64, high: i64) -> Parameter {
    Parameter {
        name: name.into(),
        domain: Domain::Int { low, high, log: false, step: 1 },
        when: None,
    }
}

fn when(mut p: Parameter, parameter: &str, values: &[&str]) -> Parameter {
    let values = values.iter().map(|v| json!(v)).collect();
    p.when = Some(Condition { parameter: parameter.into(), values });
    p
}

#[test]
fn children_follow_their_parents_and_vanish_with_them() {
    let momentum = when(float("momentum", 0.0, 0.9, false), "optimizer", &["sgd"]);
    let space = Space::new(vec![momentum, choice("optimizer", &["sgd", "adam"])]).unwrap();
    assert_eq!(space.parameters()[0].name, "optimizer");
    assert_eq!(space.at(&[0.9, 0.5]).len(), 1);
    let sgd = space.at(&[0.1, 0.5]);
    assert_eq!(sgd.get("momentum"), Some(&json!(0.45)));
    space.check(&sgd).unwrap();
}

#[test]
fn every_problem_is_named_at_once() {
    let problems = Space::new(vec![
        float("a", 1.0, 0.0, false),
        float("b", 0.0, 1.0, true),
        choice("c", &[]),
        choice("d", &["x", "x"]),
        when(float("e", 0.0, 1.0, false), "nowhere", &["x"]),
        when(float("f", 0.0, 1.0, false), "d", &["y"]),
        int("g", 0, 3),
        int("g", 0, 3),
    ])
    .unwrap_err();
    let names: Vec<_> = problems.iter().map(|p| p.parameter.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g"]);
}

#[test]
fn a_cycle_of_conditions_is_refused() {
    let a = when(choice("a", &["x"]), "b", &["x"]);
    let b = when(choice("b", &["x"]), "a", &["x"]);
    let problems = Space::new(vec![a, b]).unwrap_err();
    assert!(problems[0].message.contains("depends on itself"));
}

#[test]
fn configurations_are_numbered_with_the_last_parameter_fastest() {
    let space = Space::new(vec![int("a", 0, 2), choice("b", &["x", "y"])]).unwrap();
    assert_eq!(space.cardinality(), Some(6));
    let all: Vec<String> = (0..6).map(|i| space.configuration(i).unwrap().to_string()).collect();
    assert_eq!(all[..3], ["a=0 b=\"x\"", "a=0 b=\"y\"", "a=1 b=\"x\""]);
    assert_eq!(space.configuration(6), None);
}

#[test]
fn inactive_parameters_do_not_multiply() {
    let depth = when(int("depth", 1, 3), "kind", &["tree"]);
    let space = Space::new(vec![choice("kind", &["tree", "line"]), depth]).unwrap();
    assert_eq!(space.cardinality(), Some(4));
    let all: BTreeSet<String> = (0..4).map(|i| space.configuration(i).unwrap().key()).collect();
    assert_eq!(all.len(), 4);
}

#[test]
fn stepped_floats_reach_their_upper_end() {
    let domain = Domain::Float { low: 0.0, high: 1.0, log: false, step: Some(0.1) };
    assert_eq!(domain.cardinality(), Some(11));
    assert_eq!(domain.at(1.0), json!(1.0));
    assert!(domain.contains(&json!(0.3)) && !domain.contains(&json!(0.35)));
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

#[test]
fn huge_spaces_are_not_counted_but_still_sampled() {
    let space = Space::new((0..9).map(|i| int(&format!("p{i}"), 0, 1 << 40)).collect()).unwrap();
    assert_eq!(space.cardinality(), None);
    space.check(&space.at(&[0.5; 9])).unwrap();
}

fn any_domain() -> impl Strategy<Value = Domain> {
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

    #[test]
    fn a_space_survives_json(domain in any_domain()) {
        let parameter = Parameter { name: "p".into(), domain, when: None };
        let space = Space::new(vec![parameter]).unwrap();
        let text = serde_json::to_string(&space).unwrap();
        prop_assert_eq!(serde_json::from_str::<Space>(&text).unwrap(), space);
    }
}
