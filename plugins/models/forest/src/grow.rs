//! Growing a tree: depth first, or the most useful split first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use surmise_plugin_sdk::Random;

use crate::criterion::{Criterion, Sample};
use crate::prune::{Part, weak};
use crate::search::{Extents, Limits, Search, Split, between};
use crate::table::{Column, Extent};
use crate::tree::{Node, Tree};

/// When to split and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Growth {
    pub(crate) is_random: bool,
    pub(crate) max_features: usize,
    pub(crate) max_depth: usize,
    pub(crate) min_samples_split: usize,
    pub(crate) min_samples_leaf: usize,
    pub(crate) min_weight_fraction_leaf: f64,
    pub(crate) max_leaf_nodes: Option<usize>,
    pub(crate) min_impurity_decrease: f64,
    pub(crate) ccp_alpha: f64,
}

/// A set of features, a bit each. Most nodes share their parent's.
type Features = Rc<[u64]>;

/// A node that can be split.
struct Pending {
    place: u32,
    rows: (usize, usize),
    depth: usize,
    split: Split,
    /// The decrease of impurity, weighted by the share of the rows.
    improvement: f64,
    /// The node's weight times its impurity.
    loss: f64,
    known: Known,
}

/// What is known of a node's features.
#[derive(Clone)]
struct Known {
    constant: Features,
    extents: Extents,
}

/// A threshold between the values of two ranks, the second beyond the last where only missing
/// values go right; or one that was drawn.
struct Cut {
    place: u32,
    ranks: (u32, u32),
    drawn: Option<f64>,
}

/// Nodes of fewer rows share their parent's extents.
const MANY: usize = 64;

/// Of pending nodes the one with the largest improvement is first, of equal ones the oldest.
struct Ranked(Pending);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_age = other.0.place.cmp(&self.0.place);
        self.0.improvement.total_cmp(&other.0.improvement).then(by_age)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Ranked {}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

enum Frontier {
    Depth(Vec<Pending>),
    Best(BinaryHeap<Ranked>),
}

impl Frontier {
    fn push(&mut self, pending: Pending) {
        match self {
            Self::Depth(stack) => stack.push(pending),
            Self::Best(heap) => heap.push(Ranked(pending)),
        }
    }

    fn pop(&mut self) -> Option<Pending> {
        match self {
            Self::Depth(stack) => stack.pop(),
            Self::Best(heap) => heap.pop().map(|ranked| ranked.0),
        }
    }
}

/// Grows a tree on these rows. Also how much each feature lowered the impurity, summing to 1, or
/// all 0 where nothing was split.
pub(crate) fn grow<C: Criterion>(
    criterion: &C,
    columns: &[Column],
    growth: &Growth,
    samples: Vec<Sample<C::Label>>,
    random: Random,
) -> (Tree, Vec<f64>) {
    let weight: f64 = samples.iter().map(|sample| sample.weight).sum();
    let limits = Limits {
        min_samples: growth.min_samples_leaf,
        min_weight: growth.min_weight_fraction_leaf * weight,
    };
    let mut grower = Grower {
        criterion,
        columns,
        growth,
        limits,
        weight,
        search: Search::new(criterion, columns, limits),
        random,
        features: (0..columns.len() as u32).collect(),
        keys: Vec::with_capacity(samples.len()),
        spare: samples.clone(),
        samples,
        tree: Tree::default(),
        parts: Vec::new(),
        cuts: Vec::new(),
        certain: Vec::new(),
        importance: vec![0.0; columns.len()],
    };
    grower.grow();
    let Grower { tree, mut importance, .. } = grower;
    let sum: f64 = importance.iter().sum();
    if sum > 0.0 {
        importance.iter_mut().for_each(|part| *part /= sum);
    }
    (tree, importance)
}

/// What became of the rows of a node.
struct Parted {
    n_left: usize,
    /// The largest rank on the left and the smallest on the right.
    last: u32,
    next: u32,
    has_missing: bool,
}

impl Known {
    /// What is known of a child of `n` rows.
    fn within(&self, n: usize, feature: u32, extent: (u32, u32)) -> Self {
        let mut known = self.clone();
        if n >= MANY {
            Rc::make_mut(&mut known.extents)[feature as usize] = extent;
        }
        known
    }
}

struct Grower<'a, C: Criterion> {
    criterion: &'a C,
    columns: &'a [Column],
    growth: &'a Growth,
    limits: Limits,
    weight: f64,
    search: Search<'a, C>,
    random: Random,
    /// All of them, in whatever order the last draw left.
    features: Vec<u32>,
    samples: Vec<Sample<C::Label>>,
    spare: Vec<Sample<C::Label>>,
    /// The ranks of a node's rows by the feature that splits it.
    keys: Vec<u32>,
    tree: Tree,
    /// One for each node.
    parts: Vec<Part>,
    /// The thresholds, which the nodes lack until the end.
    cuts: Vec<Cut>,
    /// For each class the values of the leaves that hold nothing else.
    certain: Vec<Option<u32>>,
    importance: Vec<f64>,
}

impl<C: Criterion> Grower<'_, C> {
    fn grow(&mut self) {
        let mut frontier = match self.growth.max_leaf_nodes {
            None => Frontier::Depth(Vec::new()),
            Some(_) => Frontier::Best(BinaryHeap::new()),
        };
        let whole = |column: &Column| (0, column.missing().saturating_sub(1));
        let known = Known {
            constant: vec![0; self.columns.len().div_ceil(64)].into(),
            extents: self.columns.iter().map(whole).collect(),
        };
        self.add();
        self.visit(0, (0, self.samples.len()), 0, known, &mut frontier);
        let mut n_leaves = 1;
        while let Some(pending) = frontier.pop() {
            if self.growth.max_leaf_nodes.is_some_and(|most| n_leaves >= most) {
                self.settle(pending.place, pending.rows);
            } else {
                n_leaves += 1;
                self.expand(pending, &mut frontier);
            }
        }
        for &Cut { place, ranks: (last, next), drawn } in &self.cuts {
            let node = &mut self.tree.nodes[place as usize];
            let values = self.columns[node.feature() as usize].values();
            let middle = match values.get(next as usize) {
                Some(next) => between(values[last as usize], *next),
                None => f64::INFINITY,
            };
            *node = node.with_threshold(drawn.unwrap_or(middle));
        }
        if self.growth.ccp_alpha > 0.0 {
            self.prune();
        }
        self.tree.shrink();
    }

    /// Adds a leaf without a prediction.
    fn add(&mut self) {
        self.tree.nodes.push(Node::leaf(self.tree.nodes.len() as u32));
        self.tree.leaves.push(0);
        self.parts.push(Part::default());
    }

    /// Grows the tree anew without the splits that save too little.
    fn prune(&mut self) {
        let grown = std::mem::take(&mut self.tree);
        let parts = std::mem::take(&mut self.parts);
        let is_weak = weak(&grown, &parts, self.growth.ccp_alpha * self.weight);
        self.certain.clear();
        self.importance.fill(0.0);
        self.add();
        let mut open = vec![(0, 0)];
        while let Some((old, place)) = open.pop() {
            let (node, part) = (grown.nodes[old as usize], parts[old as usize]);
            if node.is_leaf(old) || is_weak[old as usize] {
                self.settle(place, part.rows);
                continue;
            }
            let (from, to) = (node.child(), self.tree.nodes.len() as u32);
            self.tree.nodes[place as usize] =
                Node::inner(node.feature(), node.threshold(), node.missing_left(), to);
            self.add();
            self.add();
            let below: f64 = [from, from + 1].iter().map(|child| parts[*child as usize].loss).sum();
            self.importance[node.feature() as usize] += f64::max(part.loss - below, 0.0);
            open.extend([(from, to), (from + 1, to + 1)]);
        }
    }

    /// Carries out a split.
    fn expand(&mut self, pending: Pending, frontier: &mut Frontier) {
        let Pending { place, rows: (start, end), depth, split, loss, known, .. } = pending;
        let parted = self.partition(start, end, split);
        let middle = start + parted.n_left;
        let missing_left = match parted.has_missing {
            true => split.missing_left,
            false => middle - start > end - middle,
        };
        let child = self.tree.nodes.len() as u32;
        // To look a value up is slow, so it is left until the end, when many are.
        self.tree.nodes[place as usize] = Node::inner(split.feature, f64::NAN, missing_left, child);
        self.cuts.push(Cut { place, ranks: (parted.last, parted.next), drawn: split.drawn });
        self.add();
        self.add();
        let (low, high) = known.extents[split.feature as usize];
        let right = known.within(end - middle, split.feature, (parted.next.min(high), high));
        let left = known.within(middle - start, split.feature, (low, parted.last.max(low)));
        let right = self.visit(child + 1, (middle, end), depth + 1, right, frontier);
        let left = self.visit(child, (start, middle), depth + 1, left, frontier);
        self.importance[split.feature as usize] += f64::max(loss - left - right, 0.0);
    }

    /// Moves the rows that go left to the front, in order.
    fn partition(&mut self, start: usize, end: usize, split: Split) -> Parted {
        let column = &self.columns[split.feature as usize];
        let samples = &mut self.samples[start..end];
        let Extent { n_missing, .. } =
            column.gather(samples.iter().map(|sample| sample.row), &mut self.keys);
        // As if a missing value were the smallest.
        let missing = if split.missing_left { column.missing() } else { 0 };
        let is_left = |key: u32| (key <= split.rank) | (key == missing);
        let (mut last, mut next) = (0, u32::MAX);
        for &key in &self.keys {
            let is_last = is_left(key) & (key < column.missing());
            last = last.max(if is_last { key } else { 0 });
            next = next.min(if is_left(key) { u32::MAX } else { key });
        }
        let spare = &mut self.spare[..samples.len()];
        let (mut n_left, mut n_right) = (0, 0);
        for (i, &key) in self.keys.iter().enumerate().take(samples.len()) {
            let sample = samples[i];
            samples[n_left] = sample;
            spare[n_right] = sample;
            n_left += usize::from(is_left(key));
            n_right += usize::from(!is_left(key));
        }
        samples[n_left..].copy_from_slice(&spare[..n_right]);
        Parted { n_left, last, next, has_missing: n_missing > 0 }
    }

    /// Puts a node into the frontier or makes it a leaf. Its weight times its impurity.
    fn visit(
        &mut self,
        place: u32,
        rows: (usize, usize),
        depth: usize,
        known: Known,
        frontier: &mut Frontier,
    ) -> f64 {
        let sums = self.criterion.sum(&self.samples[rows.0..rows.1]);
        let weight = self.criterion.weight(sums.as_ref());
        let impurity = self.criterion.impurity(sums.as_ref());
        let loss = weight * impurity;
        self.parts[place as usize] = Part { loss, rows };
        let n = rows.1 - rows.0;
        let is_leaf = depth >= self.growth.max_depth
            || n < self.growth.min_samples_split
            || n < 2 * self.growth.min_samples_leaf
            || weight < 2.0 * self.limits.min_weight
            || impurity <= f64::EPSILON
            // Rounding may hide it, and no feature must be drawn for copies of one row.
            || self.samples[rows.0..rows.1].windows(2).all(|pair| pair[0].label == pair[1].label);
        if !is_leaf {
            let (best, known) = self.best(rows, &sums, known);
            let score = self.criterion.score(sums.as_ref());
            let improved = best.map(|(split, gain)| (split, (gain - score) / self.weight));
            let least = self.growth.min_impurity_decrease - f64::EPSILON;
            if let Some((split, improvement)) = improved.filter(|(_, by)| *by >= least) {
                frontier.push(Pending { place, rows, depth, split, improvement, loss, known });
                return loss;
            }
        }
        self.predict(place, rows, &sums);
        loss
    }

    /// Draws features until there are enough and one of them is not constant, and finds the best
    /// split by one of them.
    fn best(
        &mut self,
        rows: (usize, usize),
        sums: &C::Sums,
        mut known: Known,
    ) -> (Option<(Split, f64)>, Known) {
        let samples = &self.samples[rows.0..rows.1];
        self.search.enter(sums, samples.len(), &known.extents);
        let (mut n_varying, n) = (0, self.features.len());
        for n_drawn in 0..n {
            if n_drawn >= self.growth.max_features && n_varying > 0 {
                break;
            }
            self.features.swap(n_drawn, n_drawn + self.random.below(n - n_drawn));
            let feature = self.features[n_drawn];
            let (word, bit) = (feature as usize / 64, 1 << (feature % 64));
            if known.constant[word] & bit != 0 {
                continue;
            }
            let varies = match self.growth.is_random {
                true => self.search.random(samples, feature, &mut self.random),
                false => self.search.exact(samples, feature),
            };
            if varies {
                n_varying += 1;
            } else {
                Rc::make_mut(&mut known.constant)[word] |= bit;
            }
        }
        (self.search.best(samples), known)
    }

    /// Makes a node a leaf that was to be split.
    fn settle(&mut self, place: u32, rows: (usize, usize)) {
        let sums = self.criterion.sum(&self.samples[rows.0..rows.1]);
        self.predict(place, rows, &sums);
    }

    /// Writes a leaf's prediction. Leaves of one class share theirs.
    fn predict(&mut self, place: u32, rows: (usize, usize), sums: &C::Sums) {
        let start = self.tree.values.len();
        let samples = &self.samples[rows.0..rows.1];
        self.criterion.predict(samples, sums.as_ref(), &mut self.tree.values);
        let width = self.tree.values.len() - start;
        let class = self.tree.values[start..].iter().position(|share| *share == 1.0);
        let index = (start / width) as u32;
        self.certain.resize(width, None);
        self.tree.leaves[place as usize] = match class.filter(|_| width > 1) {
            None => index,
            Some(class) => match self.certain[class] {
                None => *self.certain[class].insert(index),
                Some(known) => {
                    self.tree.values.truncate(start);
                    known
                }
            },
        };
    }
}
