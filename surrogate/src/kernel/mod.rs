//! Covariance functions, evaluated a whole column at a time so that their loops vectorise.

mod input_warp;
pub mod matern52;
mod points;

pub use input_warp::InputWarp;
pub use points::Points;

use crate::linalg::dot;
use crate::{Error, Result};
use matern52::{profile, profile_and_slopes};

/// k(a, b) = s² m(Σ_g D_g/ℓ_g²) + a²/d Σ_g m(d D_g/ℓ_g²), with D_g = Σ_{i∈g} (aᵢ − bᵢ)²: a Matérn
/// process of all parameters together around a sum of Matérn processes of one parameter each.
///
/// Feature i belongs to group g(i), and a group is one of the d parameters of the search space: a
/// one-hot block has one lengthscale (automatic relevance determination, Rasmussen and Williams
/// (2006), eq. 5.2). What each parameter does on its own is learnt from far fewer results than
/// what all do together: D. Duvenaud, H. Nickisch, C. E. Rasmussen, *Additive Gaussian Processes*
/// (NeurIPS 2011), of which these are the first and the last order. Distances between points of a
/// cube grow with √d; the factor d puts both terms on one scale, so that they share ℓ.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// 1/ℓ of each feature.
    scales: Vec<f64>,
    /// The features of each group.
    blocks: Vec<std::ops::Range<usize>>,
    outputscale: f64,
    additive: f64,
    input_warps: Vec<InputWarp>,
}

impl Kernel {
    /// A kernel whose feature i has the lengthscale number `groups[i]`, a sequence that never
    /// falls; `outputscale` is s² and `additive` a², which may be 0.
    ///
    /// # Errors
    /// If a feature has no lengthscale, or a parameter is not positive and finite.
    pub fn new(
        lengthscales: &[f64],
        groups: &[usize],
        outputscale: f64,
        additive: f64,
    ) -> Result<Self> {
        let mut parameters = lengthscales.iter().chain([&outputscale]);
        if let Some(bad) = parameters.find(|p| !(p.is_finite() && **p > 0.0)) {
            let why = format!("{bad} is not positive and finite");
            return Err(Error::invalid("a kernel parameter", why));
        }
        if !(additive >= 0.0 && additive.is_finite()) {
            return Err(Error::invalid("an additive variance", additive.to_string()));
        }
        if !groups.is_sorted() || groups.last().is_some_and(|g| *g >= lengthscales.len()) {
            return Err(Error::invalid("a kernel", "a feature has no lengthscale"));
        }
        let block = |g: usize| {
            groups.partition_point(|other| *other < g)..groups.partition_point(|other| *other <= g)
        };
        Ok(Self {
            scales: groups.iter().map(|g| 1.0 / lengthscales[*g]).collect(),
            blocks: (0..lengthscales.len()).map(block).collect(),
            outputscale,
            additive,
            input_warps: Vec::new(),
        })
    }

    /// The same kernel of warped features; at most one warp a feature.
    ///
    /// # Errors
    /// If there is no such feature.
    pub fn warped(self, input_warps: Vec<InputWarp>) -> Result<Self> {
        match input_warps.iter().find(|warp| warp.feature >= self.scales.len()) {
            Some(warp) => Err(Error::invalid("an input warp", format!("of no feature: {warp:?}"))),
            None => Ok(Self { input_warps, ..self }),
        }
    }

    /// No points yet.
    #[must_use]
    pub fn no_points(&self) -> Points {
        Points::new(self.scales.len())
    }

    /// Adds a point.
    pub fn push(&self, points: &mut Points, point: &[f64]) {
        points.push(&self.scaled(point));
    }

    /// k(x, x), the same everywhere.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.outputscale + self.additive
    }

    /// k(x, z) at the first `out.len()` points x. Complexity: O(n · features).
    pub fn covariances(&self, points: &Points, point: &[f64], out: &mut [f64]) {
        let z = self.scaled(point);
        out.fill(0.0);
        let mut sum = vec![0.0; out.len()];
        let mut along = vec![0.0; out.len()];
        for block in &self.blocks {
            points.squared_distances(&z, block.clone(), &mut along);
            out.iter_mut().zip(&along).for_each(|(all, own)| *all += own);
            if self.additive > 0.0 {
                along.iter_mut().for_each(|own| *own *= self.blocks.len() as f64);
                profile(&mut along);
                sum.iter_mut().zip(&along).for_each(|(sum, own)| *sum += own);
            }
        }
        profile(out);
        let share = self.additive / self.blocks.len().max(1) as f64;
        for (k, sum) in out.iter_mut().zip(&sum) {
            *k = self.outputscale * *k + share * sum;
        }
    }

    /// k(x, z) at all points x in `out`, and the way to their gradients.
    /// Complexity: O(n · features).
    pub fn slopes(&self, points: &Points, point: &[f64], out: &mut [f64]) -> Slopes {
        let z = self.scaled(point);
        let n = out.len();
        let (mut all, mut own, mut sum) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut slopes = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            points.squared_distances(&z, block.clone(), &mut own);
            all.iter_mut().zip(&own).for_each(|(all, own)| *all += own);
            let mut slope = vec![0.0; n];
            if self.additive > 0.0 {
                own.iter_mut().for_each(|own| *own *= self.blocks.len() as f64);
                profile_and_slopes(&mut own, &mut slope);
                sum.iter_mut().zip(&own).for_each(|(sum, own)| *sum += own);
                // The factor d of the distance and the 1/d of the sum cancel.
                slope.iter_mut().for_each(|slope| *slope *= self.additive);
            }
            slopes.push(slope);
        }
        profile_and_slopes(&mut all, &mut own);
        let share = self.additive / self.blocks.len().max(1) as f64;
        for ((k, all), sum) in out.iter_mut().zip(&all).zip(&sum) {
            *k = self.outputscale * all + share * sum;
        }
        for slope in &mut slopes {
            slope.iter_mut().zip(&own).for_each(|(slope, own)| *slope += self.outputscale * own);
        }
        let mut by_feature = self.scales.clone();
        for warp in &self.input_warps {
            by_feature[warp.feature] *= warp.with_slopes(point[warp.feature]).by_u;
        }
        Slopes { z, slopes, by_feature }
    }

    /// Σⱼ wⱼ ∂k(xⱼ, z)/∂z, one entry a feature. Complexity: O(n · features).
    #[must_use]
    pub fn pull(&self, points: &Points, slopes: &Slopes, weights: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.scales.len()];
        for (block, slope) in self.blocks.iter().zip(&slopes.slopes) {
            let weighted: Vec<f64> = slope.iter().zip(weights).map(|(s, w)| s * w).collect();
            let total: f64 = weighted.iter().sum();
            for f in block.clone() {
                let pulled = dot(&weighted, points.feature(f)) - total * slopes.z[f];
                gradient[f] = pulled * slopes.by_feature[f];
            }
        }
        gradient
    }

    /// A point as distances are measured: warped, and in lengthscales.
    pub(crate) fn scaled(&self, point: &[f64]) -> Vec<f64> {
        let mut z: Vec<f64> = point.iter().zip(&self.scales).map(|(x, s)| x * s).collect();
        for warp in &self.input_warps {
            z[warp.feature] = warp.apply(point[warp.feature]) * self.scales[warp.feature];
        }
        z
    }
}

/// What [`Kernel::pull`] needs to know of one point z.
#[derive(Debug, Clone, PartialEq)]
pub struct Slopes {
    z: Vec<f64>,
    /// For each group, at each point x: the factor by which (x − z) of a feature, in lengthscales,
    /// changes k.
    slopes: Vec<Vec<f64>>,
    /// The slope of each feature of z, in lengthscales, by that of the point.
    by_feature: Vec<f64>,
}

#[cfg(test)]
mod tests;
