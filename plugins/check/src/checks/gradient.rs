//! The extension `surmise.gradient/1`, through the host, which checks sizes, blocks and numbers.

use rand::RngExt;
use surmise_core::component::{Precision, Task};
use surmise_plugin_host::gradient::{
    Batch, BatchTarget, Outputs, Pass, Point, Real, Shape, Trainable,
};

use super::Check;
use crate::data::{Data, Target};
use crate::doing;
use crate::outcome::{Verdict, fail, skip, warn};
use crate::settings;
use crate::subject::{Subject, near, same};

pub(super) const CHECKS: &[Check] = &[
    Check::model(
        "gradient.begins",
        "training starts in every precision, the same for a seed",
        begins,
    ),
    Check::model("gradient.slopes", "each slope is the one of the loss", slopes),
    Check::model(
        "gradient.batches",
        "the loss of a batch is the mean of those of its rows",
        batches,
    ),
    Check::model("gradient.weights", "a row of weight 2 counts as the same row twice", weights),
    Check::model("gradient.repeats", "a pass gives the same bits again", repeats),
    Check::model("gradient.keeps", "a pass that does not train leaves the state alone", keeps),
    Check::model("gradient.precision", "single precision is near double precision", precision),
    Check::model("gradient.forward", "outputs are usable, and a row's are its own", forward),
    Check::model("gradient.descends", "going down the slopes makes the loss smaller", descends),
    Check::model("gradient.refuses", "a model that the host trains does not fit itself", refuses),
];

const SEED: u64 = 11;
/// The most parameters that are moved one by one.
const MOVED_MAX: usize = 120;
const SLOPE_TOLERANCE: f64 = 1e-4;
const EXACT: f64 = 1e-9;
const NARROW_TOLERANCE: f64 = 1e-2;
const N_STEPS: usize = 60;

/// A model begun for easy data.
struct Training<T> {
    data: Data,
    trainable: Trainable<T>,
    at: Point<T>,
}

/// As a pass of one thread is made.
fn pass(train: bool) -> Pass {
    Pass { train, seed: SEED, n_threads: 1 }
}

fn begun<T: Real + From<f32>>(subject: &Subject) -> Verdict<Vec<Training<T>>> {
    if !subject.info.gradient.contains(&T::PRECISION) {
        return skip("the model tells no gradient in that precision");
    }
    let mut all = Vec::new();
    for task in &subject.info.tasks {
        let data = Data::easy(*task, 24, 3, &subject.seed);
        let outputs = match task {
            Task::Classification => Outputs::Classes(data.n_classes()),
            Task::Regression => Outputs::Values(1),
        };
        let shape = Shape { n_features: data.n_features, outputs };
        let given = settings::given(&subject.info.component);
        doing::call("begin");
        let mut trainable = subject.host_model.begin::<T>(&given, shape)?;
        doing::call("init");
        let at = trainable.init(SEED)?;
        all.push(Training { data, trainable, at });
    }
    Ok(all)
}

/// In double precision if it has that, else skipped: single is too coarse for these checks.
fn exact(subject: &Subject) -> Verdict<Vec<Training<f64>>> {
    if subject.info.gradient.is_empty() {
        return skip("the model tells no gradient");
    }
    begun::<f64>(subject)
}

impl<T: Real + FromF64> Training<T> {
    /// Loss and slopes of some data at a point, whose state may move.
    fn slopes(&mut self, data: &Data, at: &mut Point<T>, train: bool) -> Verdict<(f64, Vec<f64>)> {
        let x: Vec<T> = data.x.iter().map(|x| T::of(*x)).collect();
        let target = match &data.target {
            Target::Values(values) => BatchTarget::Values(values),
            Target::Classes { codes, .. } => BatchTarget::Classes(codes),
        };
        let batch = Batch { x: &x, target, weights: data.weights.as_deref() };
        let mut gradient = at.params.clone();
        doing::call("loss_and_gradient");
        let loss = self.trainable.loss_and_gradient(
            pass(train),
            &batch,
            &at.params,
            &mut at.state,
            Some(&mut gradient),
        )?;
        Ok((loss, gradient.into_iter().map(Into::into).collect()))
    }

    /// The same at the start, whose state is left alone.
    fn here(&mut self, data: &Data, train: bool) -> Verdict<(f64, Vec<f64>)> {
        let mut at = self.at.clone();
        self.slopes(data, &mut at, train)
    }
}

/// What both precisions are made of.
trait FromF64 {
    fn of(value: f64) -> Self;
}

impl FromF64 for f32 {
    fn of(value: f64) -> Self {
        value as Self
    }
}

impl FromF64 for f64 {
    fn of(value: f64) -> Self {
        value
    }
}

fn begins(subject: &Subject) -> Verdict {
    for precision in &subject.info.gradient {
        match precision {
            Precision::F64 => starts_alike::<f64>(subject)?,
            Precision::F32 => starts_alike::<f32>(subject)?,
        }
    }
    if subject.info.gradient.is_empty() { skip("the model tells no gradient") } else { Ok(()) }
}

fn starts_alike<T: Real + From<f32> + PartialEq>(subject: &Subject) -> Verdict {
    for mut training in begun::<T>(subject)? {
        if training.trainable.init(SEED)? != training.at {
            return fail("the same seed starts training elsewhere");
        }
    }
    Ok(())
}

fn slopes(subject: &Subject) -> Verdict {
    let mut rng = subject.seed.child("gradient").rng();
    for mut training in exact(subject)? {
        // Away from the start, where slopes may be zero.
        for value in &mut training.at.params {
            *value += 0.2 * rng.random::<f64>() - 0.1;
        }
        for train in [false, true] {
            measure(&mut training, train)?;
        }
    }
    Ok(())
}

/// Moves parameters one by one, and compares.
fn measure(training: &mut Training<f64>, train: bool) -> Verdict {
    let data = training.data.clone();
    let (_, told) = training.here(&data, train)?;
    let every = told.len().div_ceil(MOVED_MAX).max(1);
    for i in (0..told.len()).step_by(every) {
        let mut loss = |by: f64| {
            let mut at = training.at.clone();
            at.params[i] += by;
            training.slopes(&data, &mut at, train).map(|(loss, _)| loss)
        };
        let mut measured = Vec::new();
        for by in [1e-5, 1e-7] {
            measured.push((loss(by)? - loss(-by)?) / (2.0 * by));
        }
        let is_near = |found: &f64| {
            (told[i] - found).abs() <= SLOPE_TOLERANCE * told[i].abs().max(found.abs()).max(1.0)
        };
        // A kink in the loss spoils one measurement, a wrong slope both.
        if !measured.iter().any(is_near) {
            let blocks = training.trainable.layout().blocks();
            let block = blocks.iter().find(|block| block.range.contains(&i));
            let block = block.map_or("?", |block| block.name.as_str());
            let when = if train { "while training" } else { "without training" };
            return fail(format!(
                "{when}, the slope by parameter {i} (in `{block}`) is told as {}, measured as {}",
                told[i], measured[0]
            ));
        }
    }
    Ok(())
}

/// Without training no row of these losses depends on another.
fn batches(subject: &Subject) -> Verdict {
    for mut training in exact(subject)? {
        let data = training.data.clone();
        let (loss, slopes) = training.here(&data, false)?;
        for size in [1, 5] {
            let rows: Vec<usize> = (0..data.n_rows).collect();
            let (mut mean, mut mean_slopes) = (0.0, vec![0.0; slopes.len()]);
            for rows in rows.chunks(size) {
                let share = rows.len() as f64 / data.n_rows as f64;
                let (part, part_slopes) = training.here(&data.at(rows), false)?;
                mean += share * part;
                for (sum, slope) in mean_slopes.iter_mut().zip(&part_slopes) {
                    *sum += share * slope;
                }
            }
            near(&format!("the mean loss of batches of {size}"), &[mean], &[loss], EXACT)?;
            near(&format!("the mean slopes of batches of {size}"), &mean_slopes, &slopes, EXACT)?;
        }
    }
    Ok(())
}

fn weights(subject: &Subject) -> Verdict {
    for mut training in exact(subject)? {
        let data = training.data.clone();
        let n_twice = data.n_rows / 2;
        let twice: Vec<usize> = (0..data.n_rows).chain(0..n_twice).collect();
        let weights = (0..data.n_rows).map(|i| if i < n_twice { 2.0 } else { 1.0 }).collect();
        let (loss, slopes) = training.here(&data.weighted(weights), false)?;
        let (twice_loss, twice_slopes) = training.here(&data.at(&twice), false)?;
        near("the loss with rows of weight 2", &[loss], &[twice_loss], EXACT)?;
        near("the slopes with rows of weight 2", &slopes, &twice_slopes, EXACT)?;
    }
    Ok(())
}

fn repeats(subject: &Subject) -> Verdict {
    subject.repeats()?;
    for mut training in exact(subject)? {
        let data = training.data.clone();
        for train in [false, true] {
            let mut outcomes = Vec::new();
            for _ in 0..2 {
                let mut at = training.at.clone();
                let (loss, mut numbers) = training.slopes(&data, &mut at, train)?;
                numbers.push(loss);
                numbers.extend(at.state);
                outcomes.push(numbers);
            }
            same("the same pass again", &outcomes[1], &outcomes[0])?;
        }
    }
    Ok(())
}

fn keeps(subject: &Subject) -> Verdict {
    for mut training in exact(subject)? {
        let (data, mut at) = (training.data.clone(), training.at.clone());
        training.slopes(&data, &mut at, false)?;
        same("the state after a pass that does not train", &at.state, &training.at.state)?;
    }
    Ok(())
}

fn precision(subject: &Subject) -> Verdict {
    let wide = exact(subject)?;
    for (mut wide, mut narrow) in wide.into_iter().zip(begun::<f32>(subject)?) {
        if wide.at.params.len() != narrow.at.params.len() {
            return fail("single precision has another number of parameters");
        }
        // From one start, so that only the arithmetic differs.
        narrow.at.params = wide.at.params.iter().map(|value| f32::of(*value)).collect();
        narrow.at.state = wide.at.state.iter().map(|value| f32::of(*value)).collect();
        let data = wide.data.clone();
        let (loss, slopes) = wide.here(&data, false)?;
        let (narrow_loss, narrow_slopes) = narrow.here(&data, false)?;
        near("the loss in single precision", &[narrow_loss], &[loss], NARROW_TOLERANCE)?;
        near("the slopes in single precision", &narrow_slopes, &slopes, NARROW_TOLERANCE)?;
    }
    Ok(())
}

fn forward(subject: &Subject) -> Verdict {
    for mut training in exact(subject)? {
        let (data, at) = (training.data.clone(), training.at.clone());
        let mut outputs = |x: &[f64]| {
            doing::call("forward");
            training.trainable.forward(x, &at.params, &at.state, 1)
        };
        let all = outputs(&data.x)?;
        let width = all.len() / data.n_rows;
        for i in 0..data.n_rows {
            let one = outputs(data.row(i))?;
            near(&format!("row {i} alone"), &one, &all[i * width..][..width], EXACT)?;
        }
        if !outputs(&[])?.is_empty() {
            return fail("no rows have outputs");
        }
    }
    Ok(())
}

/// Plain descent, with a smaller step whenever the loss has grown.
fn descends(subject: &Subject) -> Verdict {
    for mut training in exact(subject)? {
        let (data, mut at) = (training.data.clone(), training.at.clone());
        let (first, mut slopes) = training.here(&data, false)?;
        let (mut loss, mut rate) = (first, 0.5);
        for _ in 0..N_STEPS {
            let mut next = at.clone();
            for (value, slope) in next.params.iter_mut().zip(&slopes) {
                *value -= rate * slope;
            }
            match training.slopes(&data, &mut next, false) {
                Ok((lower, more)) if lower < loss => (loss, slopes, at) = (lower, more, next),
                _ => rate *= 0.5,
            }
        }
        if first <= loss {
            return warn(format!("after {N_STEPS} steps the loss is {loss}, as it was before"));
        }
    }
    Ok(())
}

fn refuses(subject: &Subject) -> Verdict {
    if subject.info.fits_itself {
        return skip("the model fits itself");
    }
    for data in subject.easy() {
        let mut instance = subject.create()?;
        let outcome = crate::subject::fit(&mut instance, &data);
        if outcome.is_ok() {
            return fail("it fits itself, although it says that the host does");
        }
    }
    Ok(())
}
