//! Distances between rows.

use crate::simd::{absolute, dot, largest, squared};

/// How far two rows are from one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// `√Σ (x_j - z_j)²`.
    Euclidean,
    /// `Σ |x_j - z_j|`.
    Manhattan,
    /// `max |x_j - z_j|`.
    Chebyshev,
    /// `(Σ |x_j - z_j|^p)^(1/p)`, `p >= 1`.
    Minkowski(f64),
    /// `1 - x·z / (|x| |z|)`; 1 where a row is all 0.
    Cosine,
}

impl Metric {
    /// A number that grows with the distance of two rows, of unit length or 0 for the cosine.
    pub(crate) fn rank(self, x: &[f64], z: &[f64]) -> f64 {
        match self {
            Self::Euclidean => squared(x, z),
            Self::Manhattan => absolute(x, z),
            Self::Chebyshev => largest(x, z),
            Self::Minkowski(p) => x.iter().zip(z).map(|(x, z)| libm::pow((x - z).abs(), p)).sum(),
            // Equal directions are at no distance, whatever rounding says.
            Self::Cosine if x == z && x.iter().any(|x| *x != 0.0) => 0.0,
            Self::Cosine => (1.0 - dot(x, z)).max(0.0),
        }
    }

    /// The distance of that rank.
    pub(crate) fn distance(self, rank: f64) -> f64 {
        match self {
            Self::Euclidean => rank.sqrt(),
            Self::Manhattan | Self::Chebyshev | Self::Cosine => rank,
            Self::Minkowski(p) => libm::pow(rank, 1.0 / p),
        }
    }

    /// What a row is before it is compared.
    pub(crate) fn prepared(self, row: &[f64]) -> Vec<f64> {
        if self != Self::Cosine {
            return row.to_vec();
        }
        // By the largest entry first, so that squares stay in range.
        let top = row.iter().fold(0.0_f64, |top, x| top.max(x.abs()));
        let scaled: Vec<f64> = row.iter().map(|x| if top > 0.0 { x / top } else { 0.0 }).collect();
        let length = dot(&scaled, &scaled).sqrt();
        scaled.into_iter().map(|x| if length > 0.0 { x / length } else { 0.0 }).collect()
    }
}
