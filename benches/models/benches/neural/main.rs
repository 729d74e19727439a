//! Epochs of training networks on images of 28 × 28 pixels in ten classes, in single precision on
//! one thread, with Adam; processor time of that thread. `cnn_epoch` is a tenth of an epoch.

use std::hint::black_box;
use std::path::Path;

use criterion::measurement::Measurement;
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use surmise_plugin_host::gradient::{Batch, BatchTarget, Outputs, Pass, Point, Shape, Trainable};
use surmise_plugin_host::{Library, search};

use adam::Adam;
use time::ThreadTime;

mod adam;
mod time;

const N_ROWS: usize = 60_000;
const N_PIXELS: usize = 784;
const N_CLASSES: usize = 10;

/// Ten centres with noise around them.
struct Images {
    x: Vec<f32>,
    classes: Vec<u32>,
}

/// Numbers of [0, 1): xorshift64 (Marsaglia, Journal of Statistical Software 8(14), 2003).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f32) as usize % n
    }
}

impl Images {
    fn new() -> Self {
        let mut random = Random(88_172_645_463_325_252);
        let centres: Vec<f32> = (0..N_CLASSES * N_PIXELS).map(|_| random.uniform()).collect();
        let classes: Vec<u32> = (0..N_ROWS).map(|_| random.below(N_CLASSES) as u32).collect();
        let mut x = Vec::with_capacity(N_ROWS * N_PIXELS);
        for class in &classes {
            let centre = &centres[*class as usize * N_PIXELS..][..N_PIXELS];
            x.extend(centre.iter().map(|pixel| 0.3 * pixel + 0.7 * random.uniform()));
        }
        Self { x, classes }
    }
}

/// A model in training.
struct Training<'a> {
    images: &'a Images,
    model: Trainable<f32>,
    start: Point<f32>,
    at: Point<f32>,
    gradient: Vec<f32>,
    adam: Adam,
    order: Vec<usize>,
    random: Random,
    batch: Vec<f32>,
    classes: Vec<u32>,
}

impl<'a> Training<'a> {
    fn new(images: &'a Images, model: &str, params: Value) -> Self {
        let exe = std::env::current_exe().expect("a path");
        let exe_dir = exe.parent().map(Path::to_owned);
        let path = search::SearchPath { data_home: None, exe_dir };
        let file = search::find("neural", Path::new("/no/pipeline/here"), &path);
        let library = Library::open(&file.expect("built with this")).expect("a plugin");
        let Value::Object(params) = params else { panic!("not an object") };
        let shape = Shape { n_features: N_PIXELS, outputs: Outputs::Classes(N_CLASSES) };
        let model = library.model(Some(model)).expect("there");
        let mut model = model.begin::<f32>(&params, shape).expect("begun");
        let start = model.init(1).expect("a start");
        let (at, n) = (start.clone(), start.params.len());
        let order = (0..N_ROWS).collect();
        let (adam, random) = (Adam::new(n), Random(1));
        let (batch, classes) = (Vec::new(), Vec::new());
        let gradient = vec![0.0; n];
        Self { images, model, start, at, gradient, adam, order, random, batch, classes }
    }

    /// Back to where training starts: long after it the slopes are too small for quick arithmetic.
    fn restart(&mut self) {
        self.at.clone_from(&self.start);
        self.adam = Adam::new(self.start.params.len());
    }

    /// Passes over the first `n_rows` of a new order, in batches of `size`; the mean loss.
    fn epoch(&mut self, n_rows: usize, size: usize) -> f64 {
        for i in (1..N_ROWS).rev() {
            self.order.swap(i, self.random.below(i + 1));
        }
        let mut sum = 0.0;
        for rows in self.order[..n_rows].chunks(size) {
            self.batch.clear();
            self.classes.clear();
            for i in rows {
                self.batch.extend_from_slice(&self.images.x[i * N_PIXELS..][..N_PIXELS]);
                self.classes.push(self.images.classes[*i]);
            }
            let target = BatchTarget::Classes(&self.classes);
            let batch = Batch { x: &self.batch, target, weights: None };
            let pass = Pass { train: true, seed: 1, n_threads: 1 };
            let Point { params, state } = &mut self.at;
            let slopes = Some(&mut self.gradient[..]);
            let loss = self.model.loss_and_gradient(pass, &batch, params, state, slopes);
            sum += loss.expect("a pass") * rows.len() as f64;
            self.adam.step(params, &self.gradient);
        }
        sum / n_rows as f64
    }
}

fn bench(criterion: &mut Criterion<ThreadTime>) {
    let images = Images::new();
    let mut group = criterion.benchmark_group("neural");
    group.sample_size(10);
    for (name, model, params, n_rows, size) in [
        ("mlp_epoch_128_b128", "mlp", json!({ "hidden": [128] }), N_ROWS, 128),
        ("mlp_epoch_128_b32", "mlp", json!({ "hidden": [128] }), N_ROWS, 32),
        ("mlp_epoch_512x512", "mlp", json!({ "hidden": [512, 512] }), N_ROWS, 128),
        ("cnn_epoch", "cnn", json!({ "filters": [32, 64] }), N_ROWS / 10, 64),
    ] {
        let mut training = Training::new(&images, model, params);
        group.bench_function(name, |b| {
            b.iter_custom(|n_epochs| {
                let times = (0..n_epochs).map(|_| {
                    training.restart();
                    let start = ThreadTime.start();
                    black_box(training.epoch(n_rows, size));
                    ThreadTime.end(start)
                });
                times.sum()
            });
        });
    }
    group.finish();
}

criterion_group!(
    name = benches;
    config = Criterion::default().with_measurement(ThreadTime);
    targets = bench
);
criterion_main!(benches);
