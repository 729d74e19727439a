//! The kernel rows of any choice of a table's rows.

use crate::gram::{Computed, Gram, KernelRows, Members, Shared};
use crate::kernel::Kernel;

/// A table and what is known of its kernel.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    kernel: Kernel,
    table: &'a [f64],
    width: usize,
    gram: Option<Gram>,
    cache_bytes: usize,
}

impl<'a> Source<'a> {
    /// Where rows take part in several problems and it fits in half of the memory, the kernel
    /// matrix is computed once for all of them.
    pub(crate) fn new(
        kernel: Kernel,
        table: &'a [f64],
        width: usize,
        cache_bytes: usize,
        is_for_several: bool,
    ) -> Self {
        let bytes = Gram::bytes(table.len() / width);
        let is_shared = is_for_several && bytes <= cache_bytes / 2;
        let gram = is_shared.then(|| Gram::new(kernel, table, width));
        let cache_bytes = cache_bytes - if is_shared { bytes } else { 0 };
        Self { kernel, table, width, gram, cache_bytes }
    }

    /// What the matrix leaves of the memory.
    pub(crate) fn cache_bytes(&self) -> usize {
        self.cache_bytes
    }

    /// The kernel of the problem made of the rows `members`.
    pub(crate) fn of<'m>(&'m self, members: &'m [u32]) -> AnyRows<'m> {
        match &self.gram {
            Some(gram) => AnyRows::Shared(Shared::new(gram, members)),
            None => {
                let data = Members { table: self.table, width: self.width, members };
                AnyRows::Computed(Computed::new(self.kernel, data))
            }
        }
    }
}

/// Rows of either kind.
#[derive(Debug)]
pub(crate) enum AnyRows<'a> {
    Computed(Computed<'a>),
    Shared(Shared<'a>),
}

impl KernelRows for AnyRows<'_> {
    fn diagonal(&self, i: u32) -> f64 {
        match self {
            Self::Computed(rows) => rows.diagonal(i),
            Self::Shared(rows) => rows.diagonal(i),
        }
    }

    fn restrict(&mut self, columns: &[u32]) {
        match self {
            Self::Computed(rows) => rows.restrict(columns),
            Self::Shared(rows) => rows.restrict(columns),
        }
    }

    fn fill(&self, i: u32, out: &mut [f64]) {
        match self {
            Self::Computed(rows) => rows.fill(i, out),
            Self::Shared(rows) => rows.fill(i, out),
        }
    }
}
