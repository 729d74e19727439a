//! How well a work is done, so that times of the same work are compared.

/// A measure of predictions, or of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Score {
    /// The share of the other rows whose class is right.
    Accuracy,
    /// The area under the ROC curve of the other rows.
    Auc,
    /// 1 - Σ (y - f)² / Σ (y - ȳ)² of the other rows.
    R2,
    /// The mean loss of the last epoch.
    Loss,
}

/// The share of predictions that are right.
pub(crate) fn accuracy(predicted: &[f64], truth: &[f64]) -> f64 {
    let n_right = predicted.iter().zip(truth).filter(|(a, b)| a == b).count();
    n_right as f64 / truth.len() as f64
}

/// The area under the ROC curve by ranks; `shares` are the second class's.
pub(crate) fn auc(shares: &[f64], truth: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..truth.len()).collect();
    order.sort_by(|&a, &b| shares[a].total_cmp(&shares[b]));
    let ranks = order.iter().zip(1..).filter(|(i, _)| truth[**i] == 1.0);
    let (sum, n) = ranks.fold((0.0, 0.0), |(sum, n), (_, rank)| (sum + f64::from(rank), n + 1.0));
    (sum - n * (n + 1.0) / 2.0) / (n * (truth.len() as f64 - n))
}

/// The share of the variance that is explained.
pub(crate) fn r2(predicted: &[f64], truth: &[f64]) -> f64 {
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let left: f64 = predicted.iter().zip(truth).map(|(f, y)| (y - f).powi(2)).sum();
    1.0 - left / truth.iter().map(|y| (y - mean).powi(2)).sum::<f64>()
}
