//! Machines as saved bytes, and back with every length and index checked.

use surmise_plugin_sdk::{Error, Loader, Result, Saver};

use crate::classifier::Classifier;
use crate::kernel::Kernel;
use crate::multiclass::n_pairs;
use crate::regressor::Regressor;
use crate::rows::Panels;
use crate::sigmoid::Sigmoid;

fn save_kernel(kernel: Kernel, saver: &mut Saver) {
    match kernel {
        Kernel::Linear => saver.text("kernel", "linear"),
        Kernel::Rbf { gamma } => {
            saver.text("kernel", "rbf");
            saver.f64("gamma", gamma);
        }
        Kernel::Polynomial { gamma, coef0, degree } => {
            saver.text("kernel", "poly");
            saver.f64("gamma", gamma);
            saver.f64("coef0", coef0);
            saver.u64("degree", u64::from(degree));
        }
        Kernel::Sigmoid { gamma, coef0 } => {
            saver.text("kernel", "sigmoid");
            saver.f64("gamma", gamma);
            saver.f64("coef0", coef0);
        }
    }
}

/// Writes everything of `regressor`.
pub(crate) fn save_regressor(regressor: &Regressor, saver: &mut Saver) {
    save_kernel(regressor.kernel, saver);
    let support: Vec<u64> = regressor.support.iter().copied().map(u64::from).collect();
    saver.u64("n_features", regressor.n_features as u64);
    saver.u64s("support", &support);
    saver.f64s("vectors", &regressor.vectors.unpack());
    saver.f64s("coefficients", &regressor.coefficients);
    saver.f64("bias", regressor.bias);
}

/// Reads what [`save_regressor`] wrote.
///
/// # Errors
/// If it is not a sound regressor.
pub(crate) fn load_regressor(loader: &mut Loader<'_>) -> Result<Regressor> {
    let kernel = load_kernel(loader)?;
    let n_features = size(loader.u64("n_features")?)?;
    let support = narrowed(&loader.u64s("support")?)?;
    let vectors = finite("vectors", loader.f64s("vectors")?)?;
    let coefficients = finite("coefficients", loader.f64s("coefficients")?)?;
    let bias = loader.f64("bias")?;
    require(n_features > 0, "n_features")?;
    require(support.len().checked_mul(n_features) == Some(vectors.len()), "vectors")?;
    require(support.len() == coefficients.len(), "coefficients")?;
    require(bias.is_finite(), "bias")?;
    let vectors = Panels::pack(n_features, vectors.chunks_exact(n_features));
    Ok(Regressor { kernel, n_features, support, vectors, coefficients, bias })
}

/// Writes everything of `classifier`.
pub(crate) fn save(classifier: &Classifier, saver: &mut Saver) {
    save_kernel(classifier.kernel, saver);
    let widened = |values: &[u32]| values.iter().copied().map(u64::from).collect::<Vec<_>>();
    let n_support = classifier.n_support().into_iter().map(|n| n as u64);
    saver.u64("n_features", classifier.n_features as u64);
    saver.u64s("classes", &widened(&classifier.classes));
    saver.u64s("n_support", &n_support.collect::<Vec<_>>());
    saver.u64s("support", &widened(&classifier.support));
    saver.f64s("vectors", &classifier.vectors.unpack());
    saver.f64s("coefficients", &classifier.coefficients);
    saver.f64s("biases", &classifier.biases);
    let sigmoids = classifier.sigmoids.iter().flat_map(|sigmoid| [sigmoid.a, sigmoid.b]);
    saver.f64s("sigmoids", &sigmoids.collect::<Vec<_>>());
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// If it is not a sound classifier.
pub(crate) fn load(loader: &mut Loader<'_>) -> Result<Classifier> {
    let kernel = load_kernel(loader)?;
    let n_features = size(loader.u64("n_features")?)?;
    let classes = narrowed(&loader.u64s("classes")?)?;
    let n_support = loader.u64s("n_support")?;
    let support = narrowed(&loader.u64s("support")?)?;
    let vectors = finite("vectors", loader.f64s("vectors")?)?;
    let coefficients = finite("coefficients", loader.f64s("coefficients")?)?;
    let biases = finite("biases", loader.f64s("biases")?)?;
    let sigmoids = finite("sigmoids", loader.f64s("sigmoids")?)?;

    let starts = starts_of(&n_support)?;
    let pairs_with_each = classes.len().saturating_sub(1);
    require(classes.len() >= 2 && classes.is_sorted_by(|a, b| a < b), "classes")?;
    require(n_features > 0, "n_features")?;
    require(n_support.len() == classes.len(), "n_support")?;
    require(starts.last() == Some(&support.len()), "support")?;
    require(support.len().checked_mul(n_features) == Some(vectors.len()), "vectors")?;
    require(
        support.len().checked_mul(pairs_with_each) == Some(coefficients.len()),
        "coefficients",
    )?;
    require(biases.len() == n_pairs(classes.len()), "biases")?;
    let (sigmoids, odd) = sigmoids.as_chunks();
    require(odd.is_empty() && [0, biases.len()].contains(&sigmoids.len()), "sigmoids")?;
    Ok(Classifier {
        kernel,
        n_features,
        classes,
        starts,
        support,
        vectors: Panels::pack(n_features, vectors.chunks_exact(n_features)),
        weights: None,
        coefficients,
        biases,
        sigmoids: sigmoids.iter().map(|&[a, b]| Sigmoid { a, b }).collect(),
    }
    .with_weights())
}

fn load_kernel(loader: &mut Loader<'_>) -> Result<Kernel> {
    match loader.text("kernel")? {
        "linear" => Ok(Kernel::Linear),
        "rbf" => Ok(Kernel::Rbf { gamma: load_gamma(loader)? }),
        "poly" => {
            let (gamma, coef0) = (load_gamma(loader)?, load_coef0(loader)?);
            let degree = u32::try_from(loader.u64("degree")?).map_err(|_| unsound("degree"))?;
            Ok(Kernel::Polynomial { gamma, coef0, degree })
        }
        "sigmoid" => Ok(Kernel::Sigmoid { gamma: load_gamma(loader)?, coef0: load_coef0(loader)? }),
        other => Err(Error::bad_state(format!("there is no kernel `{other}`"))),
    }
}

fn load_gamma(loader: &mut Loader<'_>) -> Result<f64> {
    let gamma = loader.f64("gamma")?;
    require(gamma.is_finite() && gamma > 0.0, "gamma")?;
    Ok(gamma)
}

fn load_coef0(loader: &mut Loader<'_>) -> Result<f64> {
    let coef0 = loader.f64("coef0")?;
    require(coef0.is_finite(), "coef0")?;
    Ok(coef0)
}

fn starts_of(counts: &[u64]) -> Result<Vec<usize>> {
    let mut starts = vec![0_usize];
    let mut end = 0_usize;
    for &count in counts {
        end = end.checked_add(size(count)?).ok_or_else(|| unsound("n_support"))?;
        starts.push(end);
    }
    Ok(starts)
}

fn narrowed(values: &[u64]) -> Result<Vec<u32>> {
    values.iter().map(|&v| u32::try_from(v).map_err(|_| unsound("a row or class number"))).collect()
}

fn size(value: u64) -> Result<usize> {
    usize::try_from(value).map_err(|_| unsound("a size"))
}

fn finite(name: &str, values: Vec<f64>) -> Result<Vec<f64>> {
    require(values.iter().all(|value| value.is_finite()), name)?;
    Ok(values)
}

fn require(is_sound: bool, name: &str) -> Result<()> {
    if is_sound { Ok(()) } else { Err(unsound(name)) }
}

fn unsound(name: &str) -> Error {
    Error::bad_state(format!("`{name}` does not fit the rest of the saved machine"))
}
