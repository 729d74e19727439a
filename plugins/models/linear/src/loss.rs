//! The losses of generalized linear models, as functions of the linear predictors of one row.

/// A loss with its target.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss<'a> {
    /// `-log p` with `p = 1 / (1 + e^-η)`, where the target is 1.
    Binary(&'a [u32]),
    /// `-log p` with `p` the softmax of several predictors; the target is a class's place.
    Softmax(&'a [u32]),
    /// `e^η - y η`, half the Poisson deviance up to a constant.
    Poisson(&'a [f64]),
}

impl Loss<'_> {
    /// The loss of row `i`; replaces its predictors with the loss's slopes. O(outputs).
    pub(crate) fn slopes(&self, i: usize, predictors: &mut [f64]) -> f64 {
        match self {
            Self::Binary(codes) => {
                let (eta, y) = (predictors[0], f64::from(codes[i]));
                let small = libm::exp(-eta.abs());
                let p = if eta >= 0.0 { 1.0 } else { small } / (1.0 + small);
                predictors[0] = p - y;
                libm::log1p(small) + eta.max(0.0) - y * eta
            }
            Self::Softmax(codes) => {
                let class = codes[i] as usize;
                let of_class = predictors[class];
                let log_sum = softmax(predictors);
                predictors[class] -= 1.0;
                log_sum - of_class
            }
            Self::Poisson(values) => {
                let (eta, y) = (predictors[0], values[i]);
                let mean = libm::exp(eta);
                predictors[0] = mean - y;
                mean - y * eta
            }
        }
    }

    /// Replaces the predictors of a row with the loss's second slopes, each on its own.
    pub(crate) fn curvatures(&self, predictors: &mut [f64]) {
        match self {
            Self::Binary(_) => {
                let small = libm::exp(-predictors[0].abs());
                predictors[0] = small / ((1.0 + small) * (1.0 + small));
            }
            Self::Softmax(_) => {
                softmax(predictors);
                for p in predictors {
                    *p *= 1.0 - *p;
                }
            }
            Self::Poisson(_) => predictors[0] = libm::exp(predictors[0]),
        }
    }
}

/// Replaces predictors with probabilities, and returns `log Σ e^η`.
pub(crate) fn softmax(predictors: &mut [f64]) -> f64 {
    let top = predictors.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for eta in predictors.iter_mut() {
        *eta = libm::exp(*eta - top);
        sum += *eta;
    }
    for p in predictors {
        *p /= sum;
    }
    top + libm::log(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slopes and curvatures against differences of the loss.
    #[test]
    fn slopes_are_those_of_the_loss() {
        let (codes, counts) = ([1, 0, 2], [3.0, 0.0, 1.5]);
        let check = |loss: Loss<'_>, i: usize, eta: &[f64]| {
            let at = |eta: &[f64]| loss.slopes(i, &mut eta.to_vec());
            let (mut slopes, mut bends) = (eta.to_vec(), eta.to_vec());
            loss.slopes(i, &mut slopes);
            loss.curvatures(&mut bends);
            for k in 0..eta.len() {
                let moved = |h: f64| {
                    let mut moved = eta.to_vec();
                    moved[k] += h;
                    at(&moved)
                };
                let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                let bend = (moved(1e-4) - 2.0 * at(eta) + moved(-1e-4)) / 1e-8;
                assert!((slope - slopes[k]).abs() < 1e-8, "{loss:?} {slope} {}", slopes[k]);
                assert!((bend - bends[k]).abs() < 1e-5, "{loss:?} {bend} {}", bends[k]);
            }
        };
        for eta in [-2.0, 0.0, 0.7, 3.0] {
            check(Loss::Binary(&codes[..2]), 0, &[eta]);
            check(Loss::Binary(&codes[..2]), 1, &[eta]);
            check(Loss::Poisson(&counts), 0, &[eta]);
            check(Loss::Softmax(&codes), 2, &[eta, 0.1, -0.4]);
        }
    }

    #[test]
    fn far_predictors_stay_finite() {
        let codes = [1, 0];
        for eta in [800.0, -800.0] {
            for i in 0..2 {
                let mut slopes = [eta];
                let loss = Loss::Binary(&codes).slopes(i, &mut slopes);
                assert!(loss.is_finite() && slopes[0].is_finite());
            }
            assert!(Loss::Softmax(&codes).slopes(0, &mut [eta, 0.0, -eta]).is_finite());
        }
    }
}
