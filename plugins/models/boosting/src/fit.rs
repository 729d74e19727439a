//! Boosting: tree after tree, each for what the ones before have left.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use surmise_plugin_sdk::{Error, Random, Result};

use crate::booster::{Booster, Link};
use crate::grow::{Grower, Growth, Leaf};
use crate::loss::{CHUNK, Loss, Scored, quantile};
use crate::moment::{Moment, Scale};
use crate::prepare::{Prepared, prepare};
use crate::settings::{Data, Settings, Stopping};
use crate::table::Table;
use crate::team::{Member, Team};
use crate::tree::Tree;

/// Fewest rows for another thread.
const ROWS_A_THREAD: usize = 4096;

/// Derivatives up to here can be squared and summed.
const LARGEST: f64 = 1e140;

/// What is told after each iteration: how many are done, and metrics by name. The answer is whether
/// to end.
pub type Report<'r> = dyn FnMut(u64, &[(&str, f64)]) -> bool + 'r;

/// What all threads can read.
struct Job<'a> {
    train: &'a Prepared<'a>,
    validation: &'a Prepared<'a>,
    table: Table,
    growth: Growth,
    loss: Loss,
    base: Vec<f64>,
    n_iterations: usize,
    stopping: Option<Stopping>,
    seed: u64,
    is_over: AtomicBool,
}

/// See [`Booster::fit`].
pub(crate) fn fit(
    train: &Data<'_>,
    validation: Option<&Data<'_>>,
    settings: &Settings,
    (seed, n_threads): (u64, usize),
    report: &mut Report<'_>,
) -> Result<Booster> {
    let (train, validation) = prepare(train, validation, settings, seed)?;
    let weights = train.weights.as_deref();
    let n_members = n_threads.min(train.rows.len() / ROWS_A_THREAD + 1);
    let n_features = train.rows[0].len();
    let job = Job {
        table: Table::new(&train.rows, weights, settings.max_bins, (seed, n_members)),
        growth: settings.growth(n_features),
        loss: settings.loss,
        base: settings.loss.base(&train.y, weights),
        n_iterations: settings.n_iterations,
        stopping: settings.stopping,
        train: &train,
        validation: &validation,
        seed,
        is_over: AtomicBool::new(false),
    };
    let team = Team::new(n_members);
    let fitted = thread::scope(|scope| {
        for number in 1..n_members {
            let (job, team) = (&job, &team);
            scope.spawn(move || Worker::new(job, Member { team, number }).run(&mut |_, _| false));
        }
        Worker::new(&job, Member { team: &team, number: 0 }).run(report)
    })?;
    Ok(Booster {
        n_features,
        link: Link::of(settings.loss),
        base: job.base,
        trees: fitted.trees,
        importance: fitted.gains,
    })
}

/// What a worker has found.
struct Fitted {
    trees: Vec<Tree>,
    gains: Vec<f64>,
}

/// One thread's part of a fit.
struct Worker<'a> {
    job: &'a Job<'a>,
    member: Member<'a>,
    grower: Grower<'a>,
    train: Scored<'a>,
    validation: Scored<'a>,
    /// Its own validation rows.
    judged: &'a [&'a [f64]],
    moments: Vec<Moment>,
    /// How many rows each of its own counts as, and all of the team's together.
    counts: Option<&'a [u32]>,
    n_rows: usize,
    random: Random,
    progress: Progress,
}

/// The loss so far.
struct Progress {
    trees: Vec<Tree>,
    /// Of the validation rows before the first iteration and after each.
    losses: Vec<f64>,
    /// The iterations up to the best, and the gains until then.
    best: (usize, Vec<f64>),
}

impl<'a> Worker<'a> {
    fn new(job: &'a Job<'a>, member: Member<'a>) -> Self {
        let own = member.share(job.train.rows.len(), CHUNK);
        let judged = member.share(job.validation.rows.len(), CHUNK);
        let scored = |of: &'a Prepared<'a>, rows: &Range<usize>| {
            let weights = of.weights.as_ref().map(|weights| &weights[rows.clone()]);
            Scored::new(&of.y[rows.clone()], weights, &job.base)
        };
        Self {
            job,
            member,
            train: scored(job.train, &own),
            validation: scored(job.validation, &judged),
            judged: &job.validation.rows[judged],
            counts: job.train.counts.as_ref().map(|counts| &counts[own.clone()]),
            n_rows: job.train.n_rows(),
            moments: vec![Moment::default(); own.len()],
            random: Random::named(job.seed, "features"),
            grower: Grower::new(&job.table, &job.growth, member, own),
            progress: Progress { trees: Vec::new(), losses: Vec::new(), best: (0, Vec::new()) },
        }
    }

    fn run(mut self, report: &mut Report<'_>) -> Result<Fitted> {
        let _guard = self.member.team.barrier.guard();
        for n_done in 0.. {
            let (largest, losses) = self.evaluate();
            let is_far = largest.iter().flatten().any(|value| value.is_nan() || *value > LARGEST);
            if is_far || !losses[0].is_finite() {
                return Err(Error::numeric(format!(
                    "after {n_done} iterations predictions are too far from their targets to go \
                     on: lower `learning_rate`, or raise `l2_regularization` or `min_samples_leaf`"
                )));
            }
            let is_over = self.is_over(n_done, losses, report);
            if n_done == self.job.n_iterations || is_over {
                break;
            }
            for (output, [gradient, hessian]) in largest.into_iter().enumerate() {
                let scale = Scale::new(self.n_rows, gradient, hessian);
                self.step(output, scale);
            }
        }
        let Progress { mut trees, best, .. } = self.progress;
        if self.job.stopping.is_some() {
            trees.truncate(best.0 * self.job.loss.n_outputs());
            return Ok(Fitted { trees, gains: best.1 });
        }
        Ok(Fitted { trees, gains: self.grower.gains })
    }

    /// For each output the largest gradient and hessian of all rows, and the mean losses of
    /// training and validation rows.
    fn evaluate(&mut self) -> (Vec<[f64; 2]>, [f64; 2]) {
        let losses = [self.train.evaluate(self.job.loss), self.validation.evaluate(self.job.loss)];
        let n = self.train.y.len();
        let most = |values: &[f64], k: usize| largest(&values[k * n..][..n]);
        let largest = (0..self.job.loss.n_outputs())
            .map(|k| [most(&self.train.gradients, k), most(&self.train.hessians, k)]);
        let mut news = self.member.post().news();
        // The splits stay: another thread may still read those of the last tree.
        (news.largest, news.losses) = (largest.collect(), losses);
        drop(news);
        self.member.meet();
        let mut largest = vec![[0.0; 2]; self.job.loss.n_outputs()];
        let mut sums = [0.0; 2];
        for (own, losses) in self.member.all(|news| (news.largest.clone(), news.losses.clone())) {
            for (most, own) in largest.iter_mut().flatten().zip(own.into_iter().flatten()) {
                *most = if own <= *most { *most } else { own };
            }
            for (sum, losses) in sums.iter_mut().zip(losses) {
                losses.iter().for_each(|loss| *sum += loss);
            }
        }
        let weights = [self.job.train.weight(), self.job.validation.weight()];
        (largest, [sums[0] / weights[0], sums[1] / weights[1]])
    }

    /// Tells how far the fit has come; whether it should end here.
    fn is_over(&mut self, n_done: usize, losses: [f64; 2], report: &mut Report<'_>) -> bool {
        let Progress { losses: all, best, .. } = &mut self.progress;
        if all.iter().all(|loss| losses[1] < *loss) {
            *best = (n_done, self.grower.gains.clone());
        }
        all.push(losses[1]);
        let is_stuck = self.job.stopping.is_some_and(|stopping| stopping.is_stuck(all));
        if self.member.number == 0 && n_done > 0 {
            let metrics = [("train_loss", losses[0]), ("validation_loss", losses[1])];
            let n_metrics = if self.job.validation.rows.is_empty() { 1 } else { 2 };
            if report(n_done as u64, &metrics[..n_metrics]) {
                self.job.is_over.store(true, Ordering::Relaxed);
            }
        }
        self.member.meet();
        is_stuck || self.job.is_over.load(Ordering::Relaxed)
    }

    /// Grows a tree for one output and adds what it predicts.
    fn step(&mut self, output: usize, scale: Scale) {
        let n = self.train.y.len();
        let own = output * n..(output + 1) * n;
        let (gradients, hessians) =
            (&self.train.gradients[own.clone()], &self.train.hessians[own.clone()]);
        let derivatives = gradients.iter().zip(hessians);
        match self.counts {
            None => {
                for (moment, (gradient, hessian)) in self.moments.iter_mut().zip(derivatives) {
                    *moment = scale.moment(*gradient, *hessian, 1);
                }
            }
            Some(counts) => {
                let rows = self.moments.iter_mut().zip(derivatives).zip(counts);
                for ((moment, (gradient, hessian)), count) in rows {
                    *moment = scale.moment(*gradient, *hessian, *count);
                }
            }
        }
        let (mut tree, mut leaves) = self.grower.grow(&self.moments, scale, &mut self.random);
        if let Some(q) = self.job.loss.quantile() {
            self.renew(&mut leaves, q);
            leaves.iter().for_each(|leaf| tree.set(leaf.place, leaf.value));
        }
        let raw = &mut self.train.raw[own];
        for leaf in &leaves {
            for &row in self.grower.rows(leaf) {
                raw[row as usize] += leaf.value;
            }
        }
        let judged = &mut self.validation.raw[output * self.judged.len()..];
        tree.fall(self.judged, |i, value| judged[i] += value);
        self.progress.trees.push(tree);
    }

    /// Gives each leaf the quantile of what is left in it. Each thread tells what is left in its
    /// own rows, and takes its turn at the leaves.
    fn renew(&self, leaves: &mut [Leaf], q: f64) {
        let (member, rate) = (self.member, self.job.growth.learning_rate);
        let n_members = member.team.posts.len();
        member.post().news().left = leaves.iter().map(|leaf| self.left(leaf)).collect();
        member.meet();
        let quantiles = (member.number..leaves.len()).step_by(n_members).map(|leaf| {
            let left = member.all(|news| news.left[leaf].clone()).flatten().collect();
            quantile(left, q) * rate
        });
        let quantiles = quantiles.collect();
        member.post().news().quantiles = quantiles;
        member.meet();
        for (number, quantiles) in member.all(|news| news.quantiles.clone()).enumerate() {
            let own = leaves.iter_mut().skip(number).step_by(n_members);
            own.zip(quantiles).for_each(|(leaf, quantile)| leaf.value = quantile);
        }
    }

    /// What is left in this thread's rows of a leaf, with their weights.
    fn left(&self, leaf: &Leaf) -> Vec<(f64, f64)> {
        let weight = |i: usize| self.train.weights.map_or(1.0, |weights| weights[i]);
        let rows = self.grower.rows(leaf).iter().map(|&row| row as usize);
        rows.map(|i| (self.train.y[i] - self.train.raw[i], weight(i))).collect()
    }
}

/// The largest absolute value, of numbers: NaN shows in the losses.
fn largest(values: &[f64]) -> f64 {
    let (blocks, rest) = values.as_chunks::<8>();
    let more = |most: f64, value: f64| if value.abs() > most { value.abs() } else { most };
    let mut lanes = [0.0; 8];
    for block in blocks {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane = more(*lane, *value);
        }
    }
    lanes.iter().chain(rest).fold(0.0, |most, value| more(most, *value))
}
