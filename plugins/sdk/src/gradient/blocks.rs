//! Named parts of the parameters and of the state, and views that they index.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut, Range};

use super::Real;
use crate::{Error, Random, Result};

/// How a block is regularized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Weight decay, L1 and L2 shrink it; max-norm bounds each row, the weights into one unit.
    Weight,
    /// Left alone.
    Bias,
    /// A gain, such as that of a batch normalization; left alone.
    Scale,
}

/// What a block starts as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// One number everywhere.
    Constant(f64),
    /// Uniform in ± this.
    Uniform(f64),
    /// Normal with mean 0 and this standard deviation.
    Normal(f64),
    /// Uniform in ±√(6 / (rows + cols)), for layers before `tanh` or `softmax` (Glorot & Bengio,
    /// AISTATS 2010, eq. 16).
    Glorot,
    /// Uniform in ±√(6 / cols), for layers before a ReLU (He et al., ICCV 2015, eq. 10).
    He,
}

/// A handle to some adjacent parameters: `rows × cols`, row-major. Indexes a [`View`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block(Place);

/// A handle to some adjacent values of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateBlock(Place);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    offset: usize,
    rows: usize,
    cols: usize,
}

impl Place {
    fn range(self) -> Range<usize> {
        self.offset..self.offset + self.rows * self.cols
    }
}

impl Block {
    /// Number of rows.
    #[must_use]
    pub fn rows(self) -> usize {
        self.0.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn cols(self) -> usize {
        self.0.cols
    }

    /// Number of parameters in it.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no block is empty")]
    pub fn len(self) -> usize {
        self.0.rows * self.0.cols
    }
}

/// A declared block.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) name: String,
    /// `None` for state.
    pub(crate) role: Option<Role>,
    pub(crate) offset: usize,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    init: Init,
}

/// Where a model declares its blocks. They follow each other in the order of declaration.
#[derive(Debug, Default)]
pub struct Blocks {
    params: Vec<Declared>,
    state: Vec<Declared>,
}

impl Blocks {
    /// Weights from `cols` inputs to `rows` units, with [`Init::Glorot`].
    pub fn weights(&mut self, name: &str, rows: usize, cols: usize) -> Block {
        self.add(name, Role::Weight, rows, cols, Init::Glorot)
    }

    /// Biases of `n` units, zero at first.
    pub fn biases(&mut self, name: &str, n: usize) -> Block {
        self.add(name, Role::Bias, n, 1, Init::Constant(0.0))
    }

    /// Any block.
    pub fn add(&mut self, name: &str, role: Role, rows: usize, cols: usize, init: Init) -> Block {
        Block(declare(&mut self.params, name, Some(role), (rows, cols), init))
    }

    /// `n` values that change with training but have no slope, such as running means.
    pub fn state(&mut self, name: &str, n: usize, initial: f64) -> StateBlock {
        StateBlock(declare(&mut self.state, name, None, (n, 1), Init::Constant(initial)))
    }

    pub(crate) fn params(&self) -> &[Declared] {
        &self.params
    }

    pub(crate) fn states(&self) -> &[Declared] {
        &self.state
    }

    pub(crate) fn n_params(&self) -> usize {
        end(&self.params)
    }

    pub(crate) fn n_state(&self) -> usize {
        end(&self.state)
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.params.is_empty() {
            return Err(Error::internal("the model declares no block of parameters"));
        }
        for list in [&self.params, &self.state] {
            if list.iter().any(|block| block.rows == 0 || block.cols == 0) {
                return Err(Error::internal("the model declares an empty block"));
            }
            let sizes = list.iter().map(|block| block.rows.checked_mul(block.cols));
            let total = sizes.reduce(|a, b| a?.checked_add(b?)).flatten();
            if !list.is_empty() && total.is_none_or(|n| isize::MAX as usize / 8 < n) {
                return Err(Error::invalid("the model would have too many parameters"));
            }
            for (i, block) in list.iter().enumerate() {
                if list[..i].iter().any(|other| other.name == block.name) {
                    let problem = format!("the model declares block `{}` twice", block.name);
                    return Err(Error::internal(problem));
                }
            }
        }
        Ok(())
    }

    /// Each block has a stream of random numbers of its own, in double precision.
    pub(super) fn fill<T: Real>(&self, seed: u64, params: &mut [T], state: &mut [T]) {
        for (list, values) in [(&self.params, params), (&self.state, state)] {
            for block in list {
                let mut random = Random::named(seed, &block.name);
                values[block.place().range()].fill_with(|| T::of(block.draw(&mut random)));
            }
        }
    }
}

impl Declared {
    fn place(&self) -> Place {
        Place { offset: self.offset, rows: self.rows, cols: self.cols }
    }

    /// A value to start from.
    fn draw(&self, random: &mut Random) -> f64 {
        let mut within = |bound: f64| (2.0 * random.uniform() - 1.0) * bound;
        match self.init {
            Init::Constant(value) => value,
            Init::Uniform(bound) => within(bound),
            Init::Normal(deviation) => deviation * random.normal(),
            Init::Glorot => within((6.0 / (self.rows + self.cols) as f64).sqrt()),
            Init::He => within((6.0 / self.cols as f64).sqrt()),
        }
    }
}

/// Sizes are checked once all are known, so that a model need not stop at each.
fn declare(
    list: &mut Vec<Declared>,
    name: &str,
    role: Option<Role>,
    (rows, cols): (usize, usize),
    init: Init,
) -> Place {
    let offset = end(list);
    list.push(Declared { name: name.to_owned(), role, offset, rows, cols, init });
    Place { offset, rows, cols }
}

fn end(list: &[Declared]) -> usize {
    list.last().map_or(0, |last| last.offset.saturating_add(last.rows.saturating_mul(last.cols)))
}

/// What indexes a view.
pub(crate) trait Handle {
    fn range(self) -> Range<usize>;
}

impl Handle for Block {
    fn range(self) -> Range<usize> {
        self.0.range()
    }
}

impl Handle for StateBlock {
    fn range(self) -> Range<usize> {
        self.0.range()
    }
}

/// Values to read, indexed by handles: `view[block]` is a slice.
#[derive(Debug, Clone, Copy)]
pub struct View<'a, T, B = Block> {
    values: &'a [T],
    indexed_by: PhantomData<B>,
}

/// Values to write, indexed by handles: `view[block]` is a slice.
#[derive(Debug)]
pub struct ViewMut<'a, T, B = Block> {
    values: &'a mut [T],
    indexed_by: PhantomData<B>,
}

impl<'a, T, B> View<'a, T, B> {
    pub(crate) fn new(values: &'a [T]) -> Self {
        Self { values, indexed_by: PhantomData }
    }

    /// All values, block after block.
    #[must_use]
    pub fn all(&self) -> &'a [T] {
        self.values
    }
}

impl<'a, T> View<'a, T> {
    /// One row of a block, such as the weights into one unit.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, block: Block, i: usize) -> &'a [T] {
        &self.values[block.range()][i * block.cols()..][..block.cols()]
    }
}

impl<'a, T, B> ViewMut<'a, T, B> {
    pub(crate) fn new(values: &'a mut [T]) -> Self {
        Self { values, indexed_by: PhantomData }
    }

    /// All values, block after block.
    pub fn all(&mut self) -> &mut [T] {
        self.values
    }
}

impl<T> ViewMut<'_, T> {
    /// One row of a block, such as the slopes by the weights into one unit.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&mut self, block: Block, i: usize) -> &mut [T] {
        &mut self.values[block.range()][i * block.cols()..][..block.cols()]
    }
}

macro_rules! indexed_by {
    ($($handle:ty),+) => {$(
        impl<T> Index<$handle> for View<'_, T, $handle> {
            type Output = [T];

            fn index(&self, handle: $handle) -> &[T] {
                &self.values[handle.range()]
            }
        }

        impl<T> Index<$handle> for ViewMut<'_, T, $handle> {
            type Output = [T];

            fn index(&self, handle: $handle) -> &[T] {
                &self.values[handle.range()]
            }
        }

        impl<T> IndexMut<$handle> for ViewMut<'_, T, $handle> {
            fn index_mut(&mut self, handle: $handle) -> &mut [T] {
                &mut self.values[handle.range()]
            }
        }
    )+};
}
indexed_by!(Block, StateBlock);

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> (Blocks, Block, Block, StateBlock) {
        let mut blocks = Blocks::default();
        let weights = blocks.weights("w", 2, 3);
        let biases = blocks.biases("b", 2);
        let state = blocks.state("mean", 3, 0.5);
        (blocks, weights, biases, state)
    }

    #[test]
    fn blocks_follow_each_other() {
        let (blocks, weights, biases, _) = blocks();
        assert_eq!((blocks.n_params(), blocks.n_state()), (8, 3));
        let mut values: Vec<u8> = (0..8).collect();
        let view = View::<_>::new(&values);
        assert_eq!((&view[biases], view.row(weights, 1)), (&[6, 7][..], &[3, 4, 5][..]));
        let mut view = ViewMut::<_>::new(&mut values);
        view[biases][1] = 9;
        view.row(weights, 0)[2] = 8;
        assert_eq!(values, [0, 1, 8, 3, 4, 5, 6, 9]);
    }

    #[test]
    fn starts_depend_on_the_seed_and_the_name_alone() {
        let (blocks, weights, biases, state) = blocks();
        let start = |seed| {
            let (mut params, mut state) = ([f64::NAN; 8], [f64::NAN; 3]);
            blocks.fill(seed, &mut params, &mut state);
            (params, state)
        };
        let (params, states) = start(7);
        assert_eq!(start(7), (params, states));
        assert_ne!(start(8).0, params);
        let bound = (6.0_f64 / 5.0).sqrt();
        let view = View::<_>::new(&params);
        assert!(view[weights].iter().all(|w| w.abs() <= bound && *w != 0.0));
        assert_eq!(view[biases], [0.0; 2]);
        assert_eq!(View::<_, StateBlock>::new(&states)[state], [0.5; 3]);
        let mut narrow = [0.0_f32; 8];
        blocks.fill(7, &mut narrow, &mut [0.0; 3]);
        assert_eq!(narrow, params.map(|w| w as f32));
    }

    #[test]
    fn declarations_are_checked() {
        let declare = |declare: fn(&mut Blocks)| {
            let mut blocks = Blocks::default();
            declare(&mut blocks);
            blocks.check().map_err(|error| error.to_string())
        };
        for (declaration, expected) in [
            ((|_| {}) as fn(&mut Blocks), "no block"),
            (
                |b| {
                    b.biases("b", 0);
                },
                "an empty block",
            ),
            (
                |b| {
                    b.biases("b", 1);
                    b.biases("b", 1);
                },
                "twice",
            ),
            (
                |b| {
                    b.weights("w", usize::MAX, 2);
                },
                "too many",
            ),
            (
                |b| {
                    b.weights("w", 1 << 40, 1 << 20);
                    b.weights("v", 9, 9);
                },
                "too many",
            ),
        ] {
            let problem = declare(declaration).expect_err(expected);
            assert!(problem.contains(expected), "{problem}");
        }
        let of_another_kind = |b: &mut Blocks| {
            b.biases("b", 1);
            b.state("b", 1, 0.0);
        };
        declare(of_another_kind).expect("a name of its own");
    }
}
