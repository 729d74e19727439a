//! A grown tree, and how rows fall through it.

/// Rows that fall at once, so that one's memory is fetched while another's is compared.
const LANES: usize = 8;
/// Steps between two looks at whether all have landed.
const STEPS: usize = 4;
const MISSING_LEFT: u32 = 1 << 31;

/// A place in a tree. Its children lie side by side; a leaf is its own left child.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node {
    /// Up to this value rows go left.
    threshold: f64,
    /// And whether missing values go left.
    feature: u32,
    child: u32,
}

impl Node {
    /// The features that fit beside the flag.
    pub(crate) const MAX_FEATURES: usize = MISSING_LEFT as usize;

    pub(crate) fn leaf(place: u32) -> Self {
        Self { threshold: f64::INFINITY, feature: MISSING_LEFT, child: place }
    }

    pub(crate) fn inner(feature: u32, threshold: f64, missing_left: bool, child: u32) -> Self {
        Self { threshold, feature: feature | if missing_left { MISSING_LEFT } else { 0 }, child }
    }

    pub(crate) fn with_threshold(self, threshold: f64) -> Self {
        Self { threshold, ..self }
    }

    pub(crate) fn feature(self) -> u32 {
        self.feature & !MISSING_LEFT
    }

    pub(crate) fn threshold(self) -> f64 {
        self.threshold
    }

    pub(crate) fn child(self) -> u32 {
        self.child
    }

    pub(crate) fn missing_left(self) -> bool {
        self.feature & MISSING_LEFT != 0
    }

    pub(crate) fn is_leaf(self, place: u32) -> bool {
        self.child == place
    }

    /// Where a value leads, of which it is known whether it may be missing.
    #[inline]
    fn next<const MISSING: bool>(self, value: f64) -> u32 {
        let is_right =
            if MISSING && value.is_nan() { !self.missing_left() } else { value > self.threshold };
        self.child + u32::from(is_right)
    }
}

/// A grown tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Tree {
    /// The root first; children after their parent.
    pub(crate) nodes: Vec<Node>,
    /// For each node that is a leaf, which of `values` it predicts.
    pub(crate) leaves: Vec<u32>,
    /// Predictions, each as many numbers as there are classes, or one.
    pub(crate) values: Vec<f64>,
}

/// Some rows, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Block {
    values: Vec<f64>,
    n_features: usize,
    has_missing: bool,
}

impl Block {
    pub(crate) fn fill<'r>(&mut self, n_features: usize, rows: impl Iterator<Item = &'r [f64]>) {
        self.n_features = n_features;
        self.values.clear();
        rows.for_each(|row| self.values.extend_from_slice(row));
        self.has_missing = self.values.iter().any(|value| value.is_nan());
    }
}

impl Tree {
    /// Calls `visit` with each of these rows of `block` and where in [`Tree::values`] its
    /// prediction is (times their width).
    pub(crate) fn fall(&self, block: &Block, rows: &[u32], mut visit: impl FnMut(u32, u32)) {
        for rows in rows.chunks(LANES) {
            let mut lanes = [rows[0]; LANES];
            lanes[..rows.len()].copy_from_slice(rows);
            let landed = match block.has_missing {
                true => self.land::<true>(block, lanes),
                false => self.land::<false>(block, lanes),
            };
            for (row, place) in rows.iter().zip(landed) {
                visit(*row, self.leaves[place as usize]);
            }
        }
    }

    fn land<const MISSING: bool>(&self, block: &Block, rows: [u32; LANES]) -> [u32; LANES] {
        let starts = rows.map(|row| row as usize * block.n_features);
        let mut places = [0_u32; LANES];
        loop {
            for _ in 0..STEPS {
                for (place, start) in places.iter_mut().zip(starts) {
                    let node = self.nodes[*place as usize];
                    *place = node.next::<MISSING>(block.values[start + node.feature() as usize]);
                }
            }
            if places.iter().all(|&place| self.nodes[place as usize].is_leaf(place)) {
                return places;
            }
        }
    }

    /// Gives back memory that growing has left over.
    pub(crate) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.leaves.shrink_to_fit();
        self.values.shrink_to_fit();
    }

    pub(crate) fn n_leaves(&self) -> usize {
        self.nodes.len().div_ceil(2)
    }
}
