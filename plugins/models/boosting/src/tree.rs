//! A grown tree, and how rows fall through it.

/// Rows that fall at once, so that one's memory is fetched while another's is compared.
const LANES: usize = 8;
/// Steps between two looks at whether all have landed.
const STEPS: usize = 4;
const MISSING_LEFT: u32 = 1 << 31;

/// A place in a tree. Its children lie side by side; a leaf is its own left child.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node {
    /// Up to this value rows go left; of a leaf, what it predicts.
    number: f64,
    /// And whether missing values go left.
    feature: u32,
    child: u32,
}

impl Node {
    /// The features that fit beside the flag.
    pub(crate) const MAX_FEATURES: usize = MISSING_LEFT as usize;

    pub(crate) fn leaf(place: u32, value: f64) -> Self {
        Self { number: value, feature: MISSING_LEFT, child: place }
    }

    pub(crate) fn inner(feature: u32, threshold: f64, missing_left: bool, child: u32) -> Self {
        let flag = if missing_left { MISSING_LEFT } else { 0 };
        Self { number: threshold, feature: feature | flag, child }
    }

    pub(crate) fn feature(self) -> u32 {
        self.feature & !MISSING_LEFT
    }

    pub(crate) fn number(self) -> f64 {
        self.number
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

    /// Where a value leads from `place`.
    #[inline(always)]
    fn next(self, place: u32, value: f64) -> u32 {
        let is_right = if value.is_nan() { !self.missing_left() } else { value > self.number };
        self.child + u32::from(is_right && self.child != place)
    }
}

/// A grown tree: the root first, children after their parent.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Tree(pub(crate) Vec<Node>);

impl Tree {
    /// Calls `visit` with the place of each of these rows and what is predicted for it.
    pub(crate) fn fall(&self, rows: &[&[f64]], mut visit: impl FnMut(usize, f64)) {
        for (rows, i) in rows.chunks(LANES).zip(0..) {
            let mut lanes = [rows[0]; LANES];
            lanes[..rows.len()].copy_from_slice(rows);
            for (lane, place) in self.land(lanes).into_iter().enumerate().take(rows.len()) {
                visit(i * LANES + lane, self.0[place as usize].number);
            }
        }
    }

    fn land(&self, rows: [&[f64]; LANES]) -> [u32; LANES] {
        let mut places = [0_u32; LANES];
        loop {
            for _ in 0..STEPS {
                for (place, row) in places.iter_mut().zip(rows) {
                    let node = self.0[*place as usize];
                    *place = node.next(*place, row[node.feature() as usize]);
                }
            }
            if places.iter().all(|&place| self.0[place as usize].is_leaf(place)) {
                return places;
            }
        }
    }

    /// Replaces what the leaf at `place` predicts.
    pub(crate) fn set(&mut self, place: u32, value: f64) {
        self.0[place as usize] = Node::leaf(place, value);
    }

    pub(crate) fn n_leaves(&self) -> usize {
        self.0.len().div_ceil(2)
    }
}
