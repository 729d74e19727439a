//! What a trial gives: the objectives and output constraints of a study.

use surmise_core::seed::Seed;
use surmise_core::study::{Direction, Objective, Study};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Objective,
    Constraint,
}

/// One number that a complete trial gives.
#[derive(Debug, Clone)]
pub(super) struct Output {
    /// What it is called in the study.
    pub(super) name: String,
    /// Which way it is better.
    pub(super) direction: Direction,
    role: Role,
    /// The stream of the fits of its surrogate.
    pub(super) fits: Seed,
}

impl Output {
    /// Those of a study: its objectives, the first one first, then its constraints c(x) ≤ 0.
    pub(super) fn all(study: &Study) -> Vec<Self> {
        let fits = fits(study);
        let objective = |(k, Objective { metric, direction }): (usize, &Objective)| Self {
            name: metric.clone(),
            direction: *direction,
            role: Role::Objective,
            fits: if k == 0 { fits } else { fits.child("objective").child(metric.as_str()) },
        };
        let constraint = |name: &String| Self {
            name: name.clone(),
            direction: Direction::Minimize,
            role: Role::Constraint,
            fits: fits.child("constraint").child(name.as_str()),
        };
        let constraints = study.constraints.iter().map(constraint);
        study.objectives().enumerate().map(objective).chain(constraints).collect()
    }

    /// Whether it is a constraint, which holds from 0 on, larger being better.
    pub(super) fn is_constraint(&self) -> bool {
        self.role == Role::Constraint
    }
}

/// The stream of the fits of the first objective's surrogate, and above those of all others.
pub(super) fn fits(study: &Study) -> Seed {
    Seed::root(study.seed).child("sampler").child("gp").child("fit")
}
