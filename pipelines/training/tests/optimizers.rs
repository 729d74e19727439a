//! Every optimizer keeps what the conformance suite promises.

use proptest::prelude::*;
use serde_json::Map;
use surmise_core::component::SettingKind;
use surmise_training::Real;
use surmise_training::optimize::{Entry, Group, Method, OPTIMIZERS, Optimizer, Penalty};

fn make<T: Real>(entry: &Entry) -> Option<Box<dyn Optimizer<T>>> {
    let settings = (entry.component)().resolve(&Map::new()).expect("all have defaults");
    match T::method(entry, &settings).expect("defaults are good") {
        Method::Steps(optimizer) => Some(optimizer),
        Method::Whole(_) => None,
    }
}

#[test]
fn every_optimizer_that_makes_steps_conforms() {
    let mut n = 0;
    for entry in OPTIMIZERS.iter().filter(|entry| make::<f64>(entry).is_some()) {
        surmise_test_kit::optimizer::check(&|| make::<f64>(entry).expect("it makes steps"));
        n += 1;
    }
    assert_eq!(n, OPTIMIZERS.len() - 2);
}

#[test]
fn every_setting_says_what_it_is_and_allows_its_default() {
    for component in OPTIMIZERS.iter().map(|entry| (entry.component)()) {
        assert!(!component.help.is_empty(), "{}", component.name);
        for setting in &component.settings {
            let default = setting.default.as_ref().expect("all have defaults");
            assert_eq!(setting.kind.check(default), Ok(()), "{}", setting.name);
            assert!(!setting.help.is_empty(), "{}.{}", component.name, setting.name);
            if let SettingKind::Float { low, log: true, .. } = setting.kind {
                assert!(low > 0.0, "{}.{} has no logarithm", component.name, setting.name);
            }
        }
    }
}

fn gradients(n: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(-1e3..1e3, n), 1..6)
}

proptest! {
    /// Single precision follows double precision where steps are smooth in the slopes.
    #[test]
    fn precisions_agree(gradients in gradients(19)) {
        for entry in OPTIMIZERS {
            let (Some(mut wide), Some(mut narrow)) = (make::<f64>(entry), make::<f32>(entry)) else {
                continue;
            };
            let groups = [Group { range: 0..19, penalty: Penalty::default() }];
            let (mut p, mut q) = (vec![1.0; 19], vec![1.0f32; 19]);
            for gradient in &gradients {
                wide.step(&mut p, gradient, 1e-3, &groups);
                let gradient: Vec<f32> = gradient.iter().map(|g| *g as f32).collect();
                narrow.step(&mut q, &gradient, 1e-3, &groups);
            }
            for (p, q) in p.iter().zip(&q) {
                let name = (entry.component)().name;
                prop_assert!((p - f64::from(*q)).abs() < 1e-2 * p.abs().max(1.0), "{name} {p} {q}");
            }
        }
    }

    /// A step is odd: from −p by −g an optimizer comes to minus what it comes to from p by g.
    #[test]
    fn mirrored_slopes_lead_to_mirrored_parameters(gradients in gradients(7)) {
        for entry in OPTIMIZERS {
            let (Some(mut a), Some(mut b)) = (make::<f64>(entry), make::<f64>(entry)) else {
                continue;
            };
            let penalty = Penalty { l1: 0.1, l2: 0.2, decay: 0.3 };
            let groups = [Group { range: 0..7, penalty }];
            let (mut p, mut q) = (vec![0.5; 7], vec![-0.5; 7]);
            for gradient in &gradients {
                a.step(&mut p, gradient, 0.01, &groups);
                let mirrored: Vec<f64> = gradient.iter().map(|g| -g).collect();
                b.step(&mut q, &mirrored, 0.01, &groups);
            }
            prop_assert!(p.iter().zip(&q).all(|(p, q)| *p == -*q), "{}", (entry.component)().name);
        }
    }
}
