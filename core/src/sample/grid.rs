//! Every configuration of a finite space, in order.

use crate::component::Component;
use crate::sample::{Delta, Entry, Proposal, Sampler};
use crate::seed::Seed;
use crate::space::{Parameter, Space};
use crate::study::Study;
use crate::trial::{Reason, TrialId};
use crate::{Error, Result};

/// What the registry knows of this sampler.
pub const ENTRY: Entry = Entry {
    component: || Component {
        name: "grid".into(),
        help: "Every configuration of a finite space, the last parameter varying fastest".into(),
        settings: Vec::new(),
    },
    build: |study| Ok(Box::new(GridSampler::new(study)?)),
};

/// Proposes configuration k of the space as trial k: see [`Space::configuration`].
#[derive(Debug)]
pub struct GridSampler {
    space: Space,
    n_points: u64,
}

impl GridSampler {
    /// A sampler for that study's space.
    ///
    /// # Errors
    /// If the space cannot be counted: it names every parameter that is a continuum, or says that
    /// there are too many configurations for any number.
    pub fn new(study: &Study) -> Result<Self> {
        let space = study.space.clone();
        let n_points = space.cardinality().ok_or_else(|| uncountable(&space))?;
        Ok(Self { space, n_points })
    }
}

impl Sampler for GridSampler {
    fn observe(&mut self, _: &Delta<'_>) -> Result<()> {
        Ok(())
    }

    fn propose(&mut self, trial: TrialId, _: Seed) -> Result<Proposal> {
        let Some(params) = self.space.configuration(trial.0) else {
            return Ok(Proposal::Exhausted);
        };
        let why = format!("point {} of {}", trial.0 + 1, self.n_points);
        Ok(Proposal::Try { params, reason: Reason::new("grid", why) })
    }
}

fn uncountable(space: &Space) -> Error {
    let is_continuum = |p: &&Parameter| p.domain.cardinality().is_none();
    let continua: Vec<String> = space
        .parameters()
        .iter()
        .filter(is_continuum)
        .map(|p| format!("`{}` ({})", p.name, p.domain))
        .collect();
    Error::invalid(if continua.is_empty() {
        "the grid has more than 2^64 points: give fewer values, or use another sampler".to_owned()
    } else {
        let names = continua.join(" and ");
        format!("a grid needs values that can be counted: give a list, or a step, for {names}")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::study;

    #[test]
    fn tries_every_point_once_in_order_and_says_which() {
        let mut sampler = GridSampler::new(&study(&json!([
            { "name": "c", "type": "float", "low": 0.5, "high": 2.0, "step": 0.5 },
            { "name": "kind", "type": "choice", "values": ["a", "b"] },
        ])))
        .unwrap();
        let mut texts = Vec::new();
        for k in 0..9 {
            match sampler.propose(TrialId(k), Seed::root(0)).unwrap() {
                Proposal::Try { params, reason } => texts.push(format!("{params}: {}", reason.why)),
                Proposal::Exhausted => texts.push("exhausted".into()),
            }
        }
        assert_eq!(texts[0], "c=0.5 kind=\"a\": point 1 of 8");
        assert_eq!(texts[1], "c=0.5 kind=\"b\": point 2 of 8");
        assert_eq!(texts[7], "c=2.0 kind=\"b\": point 8 of 8");
        assert_eq!(texts[8], "exhausted");
    }

    #[test]
    fn continua_are_refused_by_name() {
        let error = GridSampler::new(&study(&json!([
            { "name": "lr", "type": "float", "low": 0.1, "high": 1.0 },
            { "name": "kind", "type": "choice", "values": ["a", "b"] },
            { "name": "svm.c", "type": "float", "low": 0.1, "high": 1.0, "log": true },
        ])))
        .unwrap_err();
        assert!(error.is_invalid());
        assert_eq!(
            error.to_string(),
            "a grid needs values that can be counted: give a list, or a step, for \
             `lr` (a number from 0.1 to 1) and `svm.c` (a number from 0.1 to 1, log scale)"
        );
    }

    #[test]
    fn a_space_too_large_to_count_is_refused() {
        let wide =
            |name| json!({ "name": name, "type": "int", "low": 0, "high": 1i64 << 40, "step": 1 });
        let error = GridSampler::new(&study(&json!([wide("a"), wide("b")]))).unwrap_err();
        assert!(error.to_string().contains("more than 2^64 points"));
    }
}
