//! The rows that both sides work on, made once and written for the other side.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::json;
use surmise_plugin_host::{Table, Target};

/// Where rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The example data.
    Iris,
    /// The example data, of which the first 360 rows are left out.
    Digits,
    /// The same with every feature at mean 0 and variance 1, if it changes.
    StandardDigits,
    /// 50,000 rows in two classes of 16 clouds each; 10,000 more are left out.
    Clouds50k,
    /// 100,000 and 20,000 such rows.
    Clouds100k,
    /// 50,000 rows of 100 features that share factors, and values; 2,000 are left out.
    Factors100,
    /// The signs of these values.
    FactorSigns100,
    /// The same of 20 features.
    FactorSigns20,
    /// 60,000 images of 28 × 28 in ten classes.
    Images,
    /// The first tenth of them.
    FewImages,
}

/// Rows with what they should come out as.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) n_features: usize,
    pub(crate) x: Vec<f64>,
    /// Values, or class codes.
    pub(crate) y: Vec<f64>,
    pub(crate) codes: Vec<u32>,
    /// The names of the classes; none for values.
    pub(crate) names: Vec<String>,
}

impl Source {
    /// The rows, and which of them are fitted.
    pub(crate) fn rows(self) -> (Rows, Range<usize>) {
        let fitted = |rows: Rows, n_left: usize| {
            let n = rows.y.len();
            (rows, n_left..n)
        };
        match self {
            Self::Iris => fitted(example("iris", 3), 0),
            Self::Digits => fitted(example("digits", 10), 360),
            Self::StandardDigits => fitted(standard(example("digits", 10)), 360),
            Self::Clouds50k => fitted(clouds(60_000), 10_000),
            Self::Clouds100k => fitted(clouds(120_000), 20_000),
            Self::Factors100 => fitted(factors(52_000, 100), 2_000),
            Self::FactorSigns100 => fitted(signs(factors(52_000, 100)), 2_000),
            Self::FactorSigns20 => fitted(signs(factors(52_000, 20)), 2_000),
            Self::Images => fitted(images(60_000), 0),
            Self::FewImages => fitted(images(6_000), 0),
        }
    }

    /// Writes the rows for the other side: little-endian numbers, and a file that says how many.
    pub(crate) fn write(self, dir: &Path) -> PathBuf {
        let path = dir.join(format!("{self:?}.json"));
        if path.exists() {
            return path;
        }
        let (rows, fitted) = self.rows();
        let bytes = |values: &[f64]| -> Vec<u8> {
            values.iter().flat_map(|value| value.to_le_bytes()).collect()
        };
        fs::write(path.with_extension("x"), bytes(&rows.x)).expect("room for the rows");
        fs::write(path.with_extension("y"), bytes(&rows.y)).expect("room for the rows");
        let about = json!({
            "n_features": rows.n_features,
            "n_left": fitted.start,
            "n_classes": rows.names.len(),
        });
        fs::write(&path, about.to_string()).expect("room for the rows");
        path
    }
}

impl Rows {
    fn new(n_features: usize, x: Vec<f64>, y: Vec<f64>, n_classes: usize) -> Self {
        let codes = if n_classes == 0 { Vec::new() } else { y.iter().map(|y| *y as u32).collect() };
        let names = (0..n_classes).map(|class| class.to_string()).collect();
        Self { n_features, x, y, codes, names }
    }

    /// Some rows in a run.
    pub(crate) fn table(&self, rows: Range<usize>) -> Table<'_> {
        let target = match self.names.is_empty() {
            true => Target::Values(&self.y[rows.clone()]),
            false => Target::Classes { codes: &self.codes[rows.clone()], names: &self.names },
        };
        let n = self.n_features;
        let x = &self.x[rows.start * n..rows.end * n];
        Table::new(rows.len(), n, x, &[], Some(target)).expect("sound rows")
    }

    /// The rows that are wanted.
    pub(crate) fn select(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let chosen: Vec<usize> = (0..self.y.len()).filter(|i| wanted(*i)).collect();
        let row = |i: &usize| &self.x[i * self.n_features..(i + 1) * self.n_features];
        let x = chosen.iter().flat_map(row).copied().collect();
        let y = chosen.iter().map(|i| self.y[*i]).collect();
        Self::new(self.n_features, x, y, self.names.len())
    }
}

/// Numbers of [0, 1): SplitMix64 (Steele, Lea & Flood, *Fast splittable pseudorandom number
/// generators*, OOPSLA 2014).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Near enough to a standard normal number: a sum of four.
    fn normal(&mut self) -> f64 {
        1.7 * ((0..4).map(|_| self.uniform()).sum::<f64>() - 2.0)
    }

    /// `n` numbers of [-half, half).
    fn spread(&mut self, n: usize, half: f64) -> Vec<f64> {
        (0..n).map(|_| 2.0 * half * self.uniform() - half).collect()
    }
}

/// A file of the examples, whose last column is the class.
fn example(name: &str, n_classes: usize) -> Rows {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join(format!("pipelines/examples/data/{name}.csv"));
    let text = fs::read_to_string(file).expect("the example data is in the repository");
    let (mut x, mut y, mut classes) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let (values, class) = line.rsplit_once(',').expect("the last column is the class");
        x.extend(values.split(',').map(|v| v.parse::<f64>().expect("a number")));
        let code = classes.iter().position(|known| *known == class).unwrap_or(classes.len());
        if code == classes.len() {
            classes.push(class);
        }
        y.push(code as f64);
    }
    Rows::new(x.len() / y.len(), x, y, n_classes)
}

fn standard(mut rows: Rows) -> Rows {
    let (n, width) = (rows.y.len() as f64, rows.n_features);
    for j in 0..width {
        let column = || rows.x.iter().skip(j).step_by(width);
        let mean = column().sum::<f64>() / n;
        let deviation = (column().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        let scale = if deviation > 0.0 { deviation } else { 1.0 };
        for x in rows.x.iter_mut().skip(j).step_by(width) {
            *x = (*x - mean) / scale;
        }
    }
    rows
}

/// Two classes of 16 clouds each in 10 dimensions, 5 sums of those and 5 features of noise; of a
/// hundred rows one has the wrong class.
fn clouds(n_rows: usize) -> Rows {
    let mut random = Random(0);
    let (centers, mixes) = (random.spread(32 * 10, 2.0), random.spread(5 * 10, 1.0));
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n_rows {
        let cloud = (random.uniform() * 32.0) as usize;
        let is_wrong = random.uniform() < 0.01;
        let known: Vec<f64> =
            centers[cloud * 10..][..10].iter().map(|center| center + random.normal()).collect();
        let sums =
            mixes.chunks_exact(10).map(|mix| mix.iter().zip(&known).map(|(a, b)| a * b).sum());
        x.extend(known.iter().copied().chain(sums));
        x.extend((0..5).map(|_| random.normal()));
        y.push(f64::from(u8::from(cloud.is_multiple_of(2) != is_wrong)));
    }
    Rows::new(20, x, y, 2)
}

/// Features that are sums of `n_features / 4` common factors and noise; the value is a sum of every
/// third feature and noise.
fn factors(n_rows: usize, n_features: usize) -> Rows {
    let mut random = Random(0);
    let n_factors = n_features / 4;
    let mix = random.spread(n_factors * n_features, 1.0);
    let mut effects = random.spread(n_features, 1.0);
    effects
        .iter_mut()
        .enumerate()
        .filter(|(j, _)| j % 3 != 0)
        .for_each(|(_, effect)| *effect = 0.0);
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for _ in 0..n_rows {
        let factors = random.spread(n_factors, 1.0);
        let mut row = random.spread(n_features, 1.0);
        for (factor, mix) in factors.iter().zip(mix.chunks_exact(n_features)) {
            row.iter_mut().zip(mix).for_each(|(x, mix)| *x += factor * mix);
        }
        let noise = 4.0 * random.uniform() - 2.0;
        y.push(row.iter().zip(&effects).map(|(x, effect)| x * effect).sum::<f64>() + noise);
        x.extend(row);
    }
    Rows::new(n_features, x, y, 0)
}

fn signs(rows: Rows) -> Rows {
    let y = rows.y.iter().map(|y| f64::from(u8::from(*y > 0.0))).collect();
    Rows::new(rows.n_features, rows.x, y, 2)
}

/// Ten centres with noise around them; numbers of single precision.
fn images(n_rows: usize) -> Rows {
    let mut random = Random(1);
    let centers: Vec<f64> = (0..10 * 784).map(|_| random.uniform()).collect();
    let (mut x, mut y) = (Vec::with_capacity(n_rows * 784), Vec::new());
    for _ in 0..n_rows {
        let class = (random.uniform() * 10.0) as usize;
        let pixel = |center: &f64| f64::from((0.3 * center + 0.7 * random.uniform()) as f32);
        x.extend(centers[class * 784..][..784].iter().map(pixel));
        y.push(class as f64);
    }
    Rows::new(784, x, y, 10)
}
