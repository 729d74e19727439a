//! What the threads of one fit tell one another.
//!
//! Each thread has rows of its own, of which it knows the gradients and the nodes that they are in,
//! and columns of its own, of which it knows the histograms over all rows. All of them grow the
//! same tree: what they decide depends only on what all have told, so that each decides the same.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use crate::moment::Moment;
use crate::split::Split;
use crate::threads::Barrier;

/// One of the threads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) team: &'a Team,
    pub(crate) number: usize,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Team {
    pub(crate) barrier: Barrier,
    pub(crate) posts: Vec<Post>,
}

/// Where a thread leaves what the others are to read.
#[derive(Debug, Default)]
pub(crate) struct Post {
    /// Of its own rows.
    pub(crate) histogram: RwLock<Vec<Moment>>,
    news: Mutex<News>,
}

/// What is told once in a while. Between reading a field of the others' and writing it anew, all
/// must have met.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// The best splits by its own columns, of the nodes that were just made.
    pub(crate) splits: [Option<Split>; 2],
    /// The sum over its own rows.
    pub(crate) total: Moment,
    /// For each output the largest gradient and hessian.
    pub(crate) largest: Vec<[f64; 2]>,
    /// The sums of losses over chunks of rows, and of validation rows.
    pub(crate) losses: [Vec<f64>; 2],
    /// For each leaf what is left in its own rows, with their weights.
    pub(crate) left: Vec<Vec<(f64, f64)>>,
    /// What the leaves whose turn is its own predict.
    pub(crate) quantiles: Vec<f64>,
}

impl Post {
    pub(crate) fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Team {
    pub(crate) fn new(n_threads: usize) -> Self {
        let posts = (0..n_threads).map(|_| Post::default()).collect();
        Self { barrier: Barrier::new(n_threads), posts }
    }
}

impl<'a> Member<'a> {
    /// Its part of `n` things, in whole units of `unit`.
    pub(crate) fn share(self, n: usize, unit: usize) -> Range<usize> {
        let n_units = n.div_ceil(unit);
        let end = |k: usize| (n_units * k / self.team.posts.len() * unit).min(n);
        end(self.number)..end(self.number + 1)
    }

    pub(crate) fn post(self) -> &'a Post {
        &self.team.posts[self.number]
    }

    /// Waits until all have told.
    pub(crate) fn meet(self) {
        self.team.barrier.wait();
    }

    /// What all tell, in the order of their numbers.
    pub(crate) fn all<T>(self, of: impl Fn(&News) -> T) -> impl Iterator<Item = T> {
        self.team.posts.iter().map(move |post| of(&post.news()))
    }
}
