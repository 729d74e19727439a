//! The neighbours as a plugin model.

use surmise_plugin_sdk::prelude::*;

use crate::index::Index;
use crate::params::{MetricChoice, Params, Weighting};

/// The model `k_neighbors`: the mean, or the most frequent class, of the nearest training rows.
#[derive(Debug)]
pub struct KNeighbors {
    params: Params,
    index: Index,
    known: Known,
}

/// What is known of the training rows.
#[derive(Debug)]
enum Known {
    /// The codes of the classes that have rows, ascending, and the place there of each row's.
    Classes {
        present: Vec<u32>,
        places: Vec<u32>,
        n_classes: u64,
    },
    Values(Vec<f64>),
}

impl Known {
    fn classes(codes: &[u32], n_classes: u64) -> Self {
        let mut present = codes.to_vec();
        present.sort_unstable();
        present.dedup();
        let place = |code: &u32| present.partition_point(|known| known < code) as u32;
        Self::Classes { places: codes.iter().map(place).collect(), present, n_classes }
    }
}

impl KNeighbors {
    /// The training rows, and the search for them.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Calls `visit` with the share of each class that has rows among the neighbours of each row.
    fn shares(&self, x: Rows<'_>, mut visit: impl FnMut(usize, &[f64])) -> Result<()> {
        let Known::Classes { present, places, .. } = &self.known else {
            return Err(other_shape());
        };
        let mut shares = vec![0.0; present.len()];
        self.neighbors(x, |i, neighbors| {
            shares.fill(0.0);
            let mut total = 0.0;
            for (weight, row) in neighbors {
                shares[places[*row as usize] as usize] += weight;
                total += weight;
            }
            for share in &mut shares {
                *share /= total;
            }
            visit(i, &shares);
        })
    }

    /// Calls `visit` with the weights of each row's neighbours and who they are.
    fn neighbors(&self, x: Rows<'_>, mut visit: impl FnMut(usize, &[(f64, u32)])) -> Result<()> {
        fits(x.n_features() == self.index.n_features())?;
        let mut weighted = Vec::new();
        self.index.nearest(x.iter(), self.params.n_neighbors as usize, |i, found| {
            weighted.clear();
            let is_exact = found.first().is_some_and(|(distance, _)| *distance == 0.0);
            weighted.extend(found.iter().map(|(distance, row)| {
                let weight = match self.params.weights {
                    Weighting::Uniform => 1.0,
                    Weighting::Distance if is_exact => f64::from(u8::from(*distance == 0.0)),
                    // Relative to the nearest one: the same shares, and no overflow.
                    Weighting::Distance => found[0].0 / distance,
                };
                (weight, *row)
            }));
            visit(i, &weighted);
        })
    }
}

impl Model for KNeighbors {
    type Params = Params;

    const INFO: Info = Info::new(
        "k_neighbors",
        "The mean or the most frequent class of the nearest training rows",
    )
    .caps(&[Cap::Proba, Cap::Save]);

    fn fit(params: &Params, train: &Train<'_>, _: &mut FitCtx<'_>) -> Result<Self> {
        let x = train.x();
        let rows: Vec<f64> = x.iter().flatten().copied().collect();
        let index = Index::new(params.metric(), rows, x.n_features())?;
        let known = match train.target() {
            Target::Classes(classes) => Known::classes(classes.codes(), classes.n_classes() as u64),
            Target::Values(values) => Known::Values(values.clone()),
        };
        Ok(Self { params: params.clone(), index, known })
    }

    fn predict(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        fits(out.len() == x.n_rows())?;
        let values = match &self.known {
            Known::Values(values) => values,
            Known::Classes { present, .. } => {
                return self.shares(x, |i, shares| {
                    let mut best = 0;
                    for (place, share) in shares.iter().enumerate() {
                        if *share > shares[best] {
                            best = place;
                        }
                    }
                    out[i] = f64::from(present[best]);
                });
            }
        };
        self.neighbors(x, |i, neighbors| {
            let (mut sum, mut total) = (0.0, 0.0);
            for (weight, row) in neighbors {
                sum += weight * values[*row as usize];
                total += weight;
            }
            out[i] = sum / total;
        })
    }

    fn predict_proba(&self, x: Rows<'_>, out: &mut [f64]) -> Result<()> {
        let Known::Classes { present, n_classes, .. } = &self.known else {
            return Err(other_shape());
        };
        let width = usize::try_from(*n_classes).map_err(|_| other_shape())?;
        fits(x.n_rows().checked_mul(width) == Some(out.len()))?;
        out.fill(0.0);
        self.shares(x, |i, shares| {
            for (class, share) in present.iter().zip(shares) {
                out[i * width + *class as usize] = *share;
            }
        })
    }

    fn save(&self, saver: &mut Saver) -> Result<()> {
        saver.u64("n_neighbors", u64::from(self.params.n_neighbors));
        saver.u64("weights", self.params.weights.index() as u64);
        saver.u64("metric", self.params.metric.index() as u64);
        saver.f64("p", self.params.p);
        saver.u64("n_features", self.index.n_features() as u64);
        saver.f64s("rows", self.index.rows());
        match &self.known {
            Known::Classes { present, places, n_classes } => {
                saver.u64("n_classes", *n_classes);
                let code = |place: &u32| u64::from(present[*place as usize]);
                saver.u64s("codes", &places.iter().map(code).collect::<Vec<_>>());
            }
            Known::Values(values) => {
                saver.u64("n_classes", 0);
                saver.f64s("values", values);
            }
        }
        Ok(())
    }

    fn load(loader: &mut Loader<'_>) -> Result<Self> {
        let n_neighbors = loader.u64("n_neighbors")?;
        let weights = choice::<Weighting>(loader.u64("weights")?)?;
        let metric = choice::<MetricChoice>(loader.u64("metric")?)?;
        let p = loader.f64("p")?;
        let n_features = loader.u64("n_features")?;
        let rows = loader.f64s("rows")?;
        let n_classes = loader.u64("n_classes")?;
        require((1..=1_000_000).contains(&n_neighbors) && (1.0..=100.0).contains(&p))?;
        let params = Params { n_neighbors: n_neighbors as u32, weights, metric, p };
        let n_features = usize::try_from(n_features).map_err(|_| unsound())?;
        let index = Index::new(params.metric(), rows, n_features).map_err(|_| unsound())?;
        let known = match n_classes {
            0 => Known::Values(loader.f64s("values")?),
            n_classes => {
                let codes = loader.u64s("codes")?;
                require(n_classes <= 1 << 32 && codes.iter().all(|code| *code < n_classes))?;
                let codes: Vec<u32> = codes.into_iter().map(|code| code as u32).collect();
                Known::classes(&codes, n_classes)
            }
        };
        let (n_known, is_finite) = match &known {
            Known::Values(values) => (values.len(), values.iter().all(|value| value.is_finite())),
            Known::Classes { places, .. } => (places.len(), true),
        };
        require(n_known == index.n_rows() && is_finite)?;
        Ok(Self { params, index, known })
    }
}

fn choice<C: Choice>(index: u64) -> Result<C> {
    usize::try_from(index).ok().and_then(C::from_index).ok_or_else(unsound)
}

fn require(fits: bool) -> Result<()> {
    if fits { Ok(()) } else { Err(unsound()) }
}

fn fits(is_of_shape: bool) -> Result<()> {
    if is_of_shape { Ok(()) } else { Err(other_shape()) }
}

/// A state that was loaded may be of another shape than the data around it.
fn other_shape() -> Error {
    Error::invalid("the saved neighbours are of another shape than their data")
}

fn unsound() -> Error {
    Error::bad_state("the saved neighbours do not fit together")
}
