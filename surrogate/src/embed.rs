//! Configurations as points of Euclidean space, so that one kernel serves every type of parameter.
//!
//! All structure becomes Euclidean distance, hence any kernel of that distance stays positive
//! definite. A parameter's features, before they are divided by its lengthscale:
//!
//! | parameter | always active | active under a condition | inactive |
//! |---|---|---|---|
//! | number, ordered choice | u | u − ½, 0 | 0, ½ |
//! | unordered choice | one-hot / √2 | one-hot / √2, 0 | 0 … 0, ½ |
//!
//! u is the place on the unit interval of the value that would really be tried: snapped to steps,
//! with half a step of room at both ends, on the logarithmic scale if there is one; rank / (k − 1)
//! for an ordered choice. Two different values of an unordered choice are at distance 1. What an
//! inactive parameter would have been cannot matter: it has no coordinate. A parameter with a
//! single value has no feature.
//!
//! Of a study that counts the steps of a training there is one more, the fidelity t, from 0 to 1:
//! how far the training went. Whatever is proposed goes all the way, to t = 1.
//!
//! Source of the conditional columns: K. Swersky, D. Duvenaud, J. Snoek, F. Hutter, M. A. Osborne,
//! *Raiders of the Lost Architecture* (2013, arXiv 1409.4011), flattened so that inactive and
//! active are a finite distance apart.

mod axis;

use axis::Axis;
use nalgebra::DMatrix;
use surmise_core::space::{Domain, Parameter, Space};
use surmise_core::trial::Params;
use surmise_core::{Error, Result};

/// The map from a space's configurations to feature vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    space: Space,
    axes: Vec<Axis>,
    blocks: Vec<Block>,
    groups: Vec<usize>,
    /// The feature that is the fidelity.
    fidelity: Option<usize>,
}

/// The features of one parameter.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    /// Its number in the space.
    parameter: usize,
    /// Its first feature.
    start: usize,
    /// How many values an unordered choice has; `None` for what lies on a line.
    one_hot: Option<usize>,
    conditional: bool,
}

impl Block {
    fn width(&self) -> usize {
        self.one_hot.unwrap_or(1) + usize::from(self.conditional)
    }
}

impl Embedding {
    /// The embedding of that space.
    #[must_use]
    pub fn new(space: &Space) -> Self {
        let (mut blocks, mut groups): (Vec<Block>, Vec<usize>) = (Vec::new(), Vec::new());
        for (i, parameter) in space.parameters().iter().enumerate() {
            if parameter.domain.cardinality() == Some(1) {
                continue;
            }
            let block = Block {
                parameter: i,
                start: groups.len(),
                one_hot: match &parameter.domain {
                    Domain::Choice { values, ordered: false } => Some(values.len()),
                    _ => None,
                },
                conditional: parameter.when.is_some(),
            };
            groups.extend(std::iter::repeat_n(blocks.len(), block.width()));
            blocks.push(block);
        }
        let parameters = space.parameters();
        let axes = parameters.iter().map(|p| Axis::new(p, parameters)).collect();
        Self { space: space.clone(), axes, blocks, groups, fidelity: None }
    }

    /// The same, and a last feature with a lengthscale of its own: the fidelity, 1 wherever a
    /// configuration is placed or embedded.
    #[must_use]
    pub fn with_fidelity(mut self) -> Self {
        self.fidelity = Some(self.groups.len());
        self.groups.push(self.blocks.len());
        self
    }

    /// The feature that is the fidelity, if there is one.
    #[must_use]
    pub fn fidelity(&self) -> Option<usize> {
        self.fidelity
    }

    /// The space itself.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// Which parameters take part at a point of the unit cube.
    #[must_use]
    pub fn active(&self, unit: &[f64]) -> Vec<bool> {
        let mut active: Vec<bool> = Vec::with_capacity(self.axes.len());
        for axis in &self.axes {
            let open = axis.gate.as_ref().is_none_or(|gate| {
                let parent = gate.parent;
                active[parent] && gate.is_open(self.axes[parent].index(unit[parent]))
            });
            active.push(open);
        }
        active
    }

    /// The features of the configuration that [`Space::at`] makes of a point of the unit cube,
    /// without making it. Complexity: O(features).
    pub fn place(&self, unit: &[f64], features: &mut [f64]) {
        let active = self.active(unit);
        features.fill(0.0);
        for block in &self.blocks {
            let out = &mut features[block.start..block.start + block.width()];
            let (axis, u) = (&self.axes[block.parameter], unit[block.parameter]);
            match (active[block.parameter], block.one_hot) {
                (false, _) => out[block.width() - 1] = 0.5,
                (true, Some(_)) => out[axis.index(u)] = std::f64::consts::FRAC_1_SQRT_2,
                (true, None) if block.conditional => out[0] = axis.place(u) - 0.5,
                (true, None) => out[0] = axis.place(u),
            }
        }
        if let Some(fidelity) = self.fidelity {
            features[fidelity] = 1.0;
        }
    }

    /// The features of several points of the unit cube, one column each.
    #[must_use]
    pub fn place_all(&self, units: &[Vec<f64>]) -> DMatrix<f64> {
        let width = self.features();
        let mut features = vec![0.0; width * units.len()];
        for (k, unit) in units.iter().enumerate() {
            self.place(unit, &mut features[k * width..(k + 1) * width]);
        }
        DMatrix::from_vec(width, units.len(), features)
    }

    /// A point that [`Space::at`] takes to that configuration; inactive coordinates are in the
    /// middle.
    #[must_use]
    pub fn unit(&self, params: &Params) -> Vec<f64> {
        let parameters = self.space.parameters().iter();
        let place = |p: &Parameter| params.get(&p.name).and_then(|value| p.domain.unit(value));
        parameters.map(|p| place(p).unwrap_or(0.5)).collect()
    }

    /// How many features a point has.
    #[must_use]
    pub fn features(&self) -> usize {
        self.groups.len()
    }

    /// How many lengthscales there are: one a parameter that can vary, and that of the fidelity.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.blocks.len() + usize::from(self.fidelity.is_some())
    }

    /// The number of the lengthscale of each feature.
    #[must_use]
    pub fn groups(&self) -> &[usize] {
        &self.groups
    }

    /// The parameter's name of each lengthscale, `(fidelity)` for that of the fidelity.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let parameters = self.space.parameters();
        let names = self.blocks.iter().map(|b| parameters[b.parameter].name.as_str());
        names.chain(self.fidelity.map(|_| "(fidelity)"))
    }

    /// The feature that is coordinate `parameter` of the unit cube plus an offset, while that
    /// parameter is active, and the offset; `None` for choices and constants.
    #[must_use]
    pub fn line(&self, parameter: usize) -> Option<(usize, f64)> {
        let block = self.blocks.iter().find(|b| b.parameter == parameter)?;
        let domain = &self.space.parameters()[parameter].domain;
        let offset = if block.conditional { -0.5 } else { 0.0 };
        (!matches!(domain, Domain::Choice { .. })).then_some((block.start, offset))
    }

    /// As [`Embedding::line`], of all parameters that have one, with their names.
    pub fn lines(&self) -> impl Iterator<Item = (&str, (usize, f64))> {
        let parameters = self.space.parameters().iter().enumerate();
        parameters.filter_map(|(i, p)| Some((p.name.as_str(), self.line(i)?)))
    }

    /// The features of one configuration.
    ///
    /// # Errors
    /// If a value is not of its parameter's domain.
    pub fn embed(&self, params: &Params) -> Result<Vec<f64>> {
        let mut features = vec![0.0; self.features()];
        for block in &self.blocks {
            let parameter = &self.space.parameters()[block.parameter];
            let out = &mut features[block.start..block.start + block.width()];
            let Some(value) = params.get(&parameter.name) else {
                out[block.width() - 1] = 0.5;
                continue;
            };
            let place = place(&parameter.domain, value).ok_or_else(|| {
                let (name, domain) = (&parameter.name, &parameter.domain);
                Error::invalid(format!("`{name}` must be {domain}, not {value}"))
            })?;
            match block.one_hot {
                Some(_) => out[place as usize] = std::f64::consts::FRAC_1_SQRT_2,
                None if block.conditional => out[0] = place - 0.5,
                None => out[0] = place,
            }
        }
        if let Some(fidelity) = self.fidelity {
            features[fidelity] = 1.0;
        }
        Ok(features)
    }

    /// One column a configuration.
    ///
    /// # Errors
    /// As [`Embedding::embed`].
    pub fn embed_all<'a>(
        &self,
        configurations: impl IntoIterator<Item = &'a Params>,
    ) -> Result<DMatrix<f64>> {
        let (mut features, mut count) = (Vec::new(), 0);
        for params in configurations {
            features.extend(self.embed(params)?);
            count += 1;
        }
        Ok(DMatrix::from_vec(self.features(), count, features))
    }
}

/// Where a value lies: u of a number, rank / (k − 1) of an ordered choice, the index of another.
fn place(domain: &Domain, value: &surmise_core::Value) -> Option<f64> {
    match domain {
        Domain::Choice { values, ordered } => {
            let index = domain.index(value)? as f64;
            Some(if *ordered { index / (values.len() - 1) as f64 } else { index })
        }
        Domain::Float { .. } | Domain::Int { .. } => domain.unit(value),
    }
}

#[cfg(test)]
mod tests;
