//! Growing a tree: the split that gains most comes first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::{PoisonError, RwLockReadGuard};

use surmise_plugin_sdk::Random;

use crate::histogram::{Chosen, fill};
use crate::moment::{Moment, Scale};
use crate::split::{Bounds, Monotone, Node as Sums, Rules, Split};
use crate::table::Table;
use crate::team::Member;
use crate::tree::{Node, Tree};

/// When to split and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Growth {
    pub(crate) learning_rate: f64,
    pub(crate) max_leaf_nodes: usize,
    pub(crate) max_depth: usize,
    pub(crate) min_samples_leaf: u32,
    pub(crate) l2: f64,
    /// Features drawn for a split.
    pub(crate) max_features: usize,
    /// One for each feature, or none.
    pub(crate) monotone: Vec<Monotone>,
}

/// A node that may be split.
struct Open {
    place: u32,
    /// Among the rows of this thread.
    rows: Range<usize>,
    depth: usize,
    sums: Sums,
    split: Option<Split>,
    /// Of the columns of this thread.
    histogram: Vec<Moment>,
}

/// Of open nodes the one whose split gains most is first, of equal ones the oldest.
struct Ranked(Open, f64);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.1.total_cmp(&other.1).then(other.0.place.cmp(&self.0.place))
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

/// A finished leaf.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) place: u32,
    /// Among the rows of the thread.
    pub(crate) rows: Range<usize>,
    pub(crate) value: f64,
}

/// One thread's part in growing trees.
pub(crate) struct Grower<'a> {
    table: &'a Table,
    growth: &'a Growth,
    member: Member<'a>,
    /// Its own rows.
    own: Range<usize>,
    /// Its own columns, and their places in a histogram.
    columns: Range<usize>,
    places: Range<usize>,
    /// Its rows, node by node.
    rows: Vec<u32>,
    spare: Vec<u32>,
    pool: Vec<Vec<Moment>>,
    /// All features, in whatever order the last draw left, and which were drawn.
    features: Vec<u32>,
    is_drawn: Vec<[bool; 2]>,
    tree: Tree,
    leaves: Vec<Leaf>,
    /// By how much splits by each feature lowered the loss.
    pub(crate) gains: Vec<f64>,
}

impl<'a> Grower<'a> {
    /// `own` are the rows of this thread.
    pub(crate) fn new(
        table: &'a Table,
        growth: &'a Growth,
        member: Member<'a>,
        own: Range<usize>,
    ) -> Self {
        let columns = member.share(table.columns.len(), 1);
        let start = |i: usize| table.columns.get(i).map_or(table.n_places, |column| column.start);
        let n_features = table.columns.len();
        Self {
            table,
            growth,
            member,
            places: start(columns.start)..start(columns.end),
            columns,
            rows: Vec::with_capacity(own.len()),
            spare: vec![0; own.len()],
            own,
            pool: Vec::new(),
            features: (0..n_features as u32).collect(),
            is_drawn: vec![[true; 2]; n_features],
            tree: Tree::default(),
            leaves: Vec::new(),
            gains: vec![0.0; n_features],
        }
    }

    /// A tree for rows of these moments, which are those of this thread, and its leaves.
    pub(crate) fn grow(
        &mut self,
        moments: &[Moment],
        scale: Scale,
        random: &mut Random,
    ) -> (Tree, Vec<Leaf>) {
        let growth = self.growth;
        let rules = Rules {
            scale,
            l2: growth.l2,
            min_samples: growth.min_samples_leaf,
            monotone: &growth.monotone,
        };
        self.rows.clear();
        self.rows.extend(0..self.own.len() as u32);
        let mut open = BinaryHeap::new();
        let root = self.root(moments, &rules, random);
        self.settle(root, &rules, &mut open);
        while let Some(Ranked(mut node, _)) = open.pop() {
            let Some(split) = node.split.take() else { continue };
            let is_last = self.leaves.len() + open.len() + 2 >= growth.max_leaf_nodes;
            let mut children = self.part(&node, split, &rules);
            let histogram = std::mem::take(&mut node.histogram);
            if is_last {
                self.pool.push(histogram);
                for Ranked(mut node, _) in std::mem::take(&mut open).into_vec() {
                    node.split = None;
                    self.settle(node, &rules, &mut open);
                }
            } else {
                children = self.search(children, histogram, moments, &rules, random);
            }
            children.into_iter().for_each(|child| self.settle(child, &rules, &mut open));
        }
        (std::mem::take(&mut self.tree), std::mem::take(&mut self.leaves))
    }

    /// The rows chosen, as slices of this thread's own.
    fn rows_of(&self, node: &Open) -> &[u32] {
        &self.rows[node.rows.clone()]
    }

    fn root(&mut self, moments: &[Moment], rules: &Rules<'_>, random: &mut Random) -> Open {
        let mut total = Moment::default();
        moments.iter().for_each(|moment| total.add(*moment));
        self.member.post().news().total = total;
        self.tell(Chosen::All, moments);
        self.member.meet();
        let mut total = Moment::default();
        self.member.all(|news| news.total).for_each(|part| total.add(part));
        let sums = Sums { total, bounds: Bounds::NONE };
        let rows = 0..self.own.len();
        self.tree.0.push(Node::leaf(0, 0.0));
        let mut root = Open { place: 0, rows, depth: 0, sums, split: None, histogram: self.take() };
        let mut best = None;
        self.draw(0, random);
        if growable(self.growth, rules, &root) {
            let heard = self.heard();
            for i in self.columns.clone() {
                let places = self.column(i);
                let column = &self.table.columns[i];
                let own = &mut root.histogram[places.clone()];
                sum(&heard, column.start, own);
                if self.is_drawn[column.feature as usize][0] {
                    best = better(best, rules, own, (column, i), sums);
                }
            }
        }
        root.split = self.agree([best, None])[0];
        root
    }

    /// Posts the histogram of some of this thread's rows.
    fn tell(&self, chosen: Chosen<'_>, moments: &[Moment]) {
        let mut histogram =
            self.member.post().histogram.write().unwrap_or_else(PoisonError::into_inner);
        histogram.resize(self.table.n_places, Moment::default());
        fill(self.table, self.own.start, moments, chosen, &mut histogram);
    }

    /// The histograms that all have posted.
    fn heard(&self) -> Vec<RwLockReadGuard<'a, Vec<Moment>>> {
        let posts = self.member.team.posts.iter();
        posts.map(|post| post.histogram.read().unwrap_or_else(PoisonError::into_inner)).collect()
    }

    /// Posts the best splits by its own columns and returns the best by any.
    fn agree(&self, own: [Option<Split>; 2]) -> [Option<Split>; 2] {
        self.member.post().news().splits = own;
        self.member.meet();
        self.member
            .all(|news| news.splits)
            .fold([None; 2], |best, told| [first(best[0], told[0]), first(best[1], told[1])])
    }

    /// A histogram whose content means nothing.
    fn take(&mut self) -> Vec<Moment> {
        self.pool.pop().unwrap_or_else(|| vec![Moment::default(); self.places.len()])
    }

    /// Where a column's places are in the histograms of this thread.
    fn column(&self, i: usize) -> Range<usize> {
        let column = &self.table.columns[i];
        let start = column.start - self.places.start;
        start..start + column.width
    }

    /// Draws the features that may split the next node, as the first or the second of two.
    fn draw(&mut self, which: usize, random: &mut Random) {
        let (n, n_drawn) = (self.features.len(), self.growth.max_features);
        if n_drawn >= n {
            return;
        }
        self.is_drawn.iter_mut().for_each(|drawn| drawn[which] = false);
        for i in 0..n_drawn {
            self.features.swap(i, i + random.below(n - i));
            self.is_drawn[self.features[i] as usize][which] = true;
        }
    }

    /// Carries out a split. Its children have no histogram yet.
    fn part(&mut self, node: &Open, split: Split, rules: &Rules<'_>) -> [Open; 2] {
        let column = &self.table.columns[split.column as usize];
        let right = node.sums.total.minus(split.left);
        let counts = [split.left, right].map(|sum| rules.scale.n_rows(sum));
        let missing_left =
            if column.has_missing { split.missing_left } else { counts[0] > counts[1] };
        let threshold = column.cuts.get(usize::from(split.bin)).copied().unwrap_or(f64::INFINITY);
        let child = self.tree.0.len() as u32;
        self.tree.0[node.place as usize] =
            Node::inner(split.feature, threshold, missing_left, child);
        self.tree.0.extend([Node::leaf(child, 0.0), Node::leaf(child + 1, 0.0)]);
        self.gains[split.feature as usize] += split.gain;
        let middle = node.rows.start + self.partition(node.rows.clone(), split);
        let sums = [split.left, right].map(|total| Sums { total, bounds: node.sums.bounds });
        let sums = held(sums, rules, split.feature);
        let rows = [node.rows.start..middle, middle..node.rows.end];
        let [left, right] = rows;
        let open = |place, rows, sums| Open {
            place,
            rows,
            depth: node.depth + 1,
            sums,
            split: None,
            histogram: Vec::new(),
        };
        [open(child, left, sums[0]), open(child + 1, right, sums[1])]
    }

    /// Moves the rows that go left to the front, in order. How many those are.
    fn partition(&mut self, rows: Range<usize>, split: Split) -> usize {
        let column = &self.table.columns[split.column as usize];
        let groups = &self.table.blocks[column.block].groups[self.own.clone()];
        // As if a missing value were in a bin before all others.
        let missing = if split.missing_left { column.missing() } else { None };
        let missing = missing.unwrap_or(0);
        let rows = &mut self.rows[rows];
        let spare = &mut self.spare[..rows.len()];
        let (mut n_left, mut n_right) = (0, 0);
        for i in 0..rows.len() {
            let row = rows[i];
            let bin = groups[row as usize][column.lane];
            let is_left = (bin <= split.bin) | (bin == missing);
            rows[n_left] = row;
            spare[n_right] = row;
            n_left += usize::from(is_left);
            n_right += usize::from(!is_left);
        }
        rows[n_left..].copy_from_slice(&spare[..n_right]);
        n_left
    }

    /// Finds the best splits of both children. The histogram of the one with fewer rows is counted,
    /// and the other's is what it leaves of their parent's.
    fn search(
        &mut self,
        mut children: [Open; 2],
        mut histogram: Vec<Moment>,
        moments: &[Moment],
        rules: &Rules<'_>,
        random: &mut Random,
    ) -> [Open; 2] {
        let is_open = children.each_ref().map(|child| growable(self.growth, rules, child));
        if is_open == [false; 2] {
            self.pool.push(histogram);
            return children;
        }
        let n_rows = children.each_ref().map(|child| rules.scale.n_rows(child.sums.total));
        let small = usize::from(n_rows[1] < n_rows[0]);
        self.tell(Chosen::These(self.rows_of(&children[small])), moments);
        self.member.meet();
        self.draw(0, random);
        self.draw(1, random);
        let mut other = self.take();
        let mut best = [None; 2];
        let heard = self.heard();
        let sums = children.each_ref().map(|child| child.sums);
        for i in self.columns.clone() {
            let (column, places) = (&self.table.columns[i], self.column(i));
            let (large, counted) = (&mut histogram[places.clone()], &mut other[places]);
            sum(&heard, column.start, counted);
            for (large, counted) in large.iter_mut().zip(&*counted) {
                *large = large.minus(*counted);
            }
            let own = if small == 0 { [&*counted, &*large] } else { [&*large, &*counted] };
            let drawn = self.is_drawn[column.feature as usize];
            for child in 0..2 {
                if is_open[child] && drawn[child] {
                    best[child] = better(best[child], rules, own[child], (column, i), sums[child]);
                }
            }
        }
        drop(heard);
        let best = self.agree(best);
        let histograms = if small == 0 { [other, histogram] } else { [histogram, other] };
        for ((child, split), histogram) in children.iter_mut().zip(best).zip(histograms) {
            child.split = split;
            child.histogram = histogram;
        }
        children
    }

    /// Keeps a node that can be split for later, and makes another one a leaf.
    fn settle(&mut self, mut node: Open, rules: &Rules<'_>, open: &mut BinaryHeap<Ranked>) {
        if let Some(split) = node.split.filter(|_| self.growth.max_leaf_nodes > 1) {
            open.push(Ranked(node, split.gain));
            return;
        }
        if !node.histogram.is_empty() {
            self.pool.push(std::mem::take(&mut node.histogram));
        }
        let value = rules.value(node.sums) * self.growth.learning_rate;
        self.tree.0[node.place as usize] = Node::leaf(node.place, value);
        self.leaves.push(Leaf { place: node.place, rows: node.rows, value });
    }

    /// The rows of a leaf of the last tree, numbered within those of this thread.
    pub(crate) fn rows(&self, leaf: &Leaf) -> &[u32] {
        &self.rows[leaf.rows.clone()]
    }
}

fn growable(growth: &Growth, rules: &Rules<'_>, node: &Open) -> bool {
    node.depth < growth.max_depth && rules.can_split(node.sums.total)
}

/// Adds up what all threads have counted of a column.
fn sum(heard: &[RwLockReadGuard<'_, Vec<Moment>>], start: usize, into: &mut [Moment]) {
    let n_places = into.len();
    let mut parts = heard.iter().map(|histogram| &histogram[start..][..n_places]);
    if let Some(first) = parts.next() {
        into.copy_from_slice(first);
    }
    for part in parts {
        into.iter_mut().zip(part).for_each(|(sum, part)| sum.add(*part));
    }
}

fn better(
    best: Option<Split>,
    rules: &Rules<'_>,
    places: &[Moment],
    (column, i): (&crate::table::Column, usize),
    sums: Sums,
) -> Option<Split> {
    let found = rules.search(places, column, sums).map(|found| Split {
        gain: found.gain,
        feature: column.feature,
        column: i as u32,
        bin: found.bin,
        missing_left: found.missing_left,
        left: found.left,
    });
    first(best, found)
}

fn first(a: Option<Split>, b: Option<Split>) -> Option<Split> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.better(b)),
        (a, b) => a.or(b),
    }
}

/// Where the feature is constrained, the children's values are kept on either side of the middle
/// between them, whatever is split below.
fn held([mut left, mut right]: [Sums; 2], rules: &Rules<'_>, feature: u32) -> [Sums; 2] {
    let monotone = rules.monotone.get(feature as usize).copied().unwrap_or(Monotone::Free);
    let middle = 0.5 * (rules.value(left) + rules.value(right));
    match monotone {
        Monotone::Free => {}
        Monotone::Increasing => (left.bounds.high, right.bounds.low) = (middle, middle),
        Monotone::Decreasing => (left.bounds.low, right.bounds.high) = (middle, middle),
    }
    [left, right]
}
