//! The kernel rows of any choice of a table's rows.

use crate::gram::{Computed, Gram, KernelRows, Members, Shared};
use crate::kernel::Kernel;
use crate::store;

/// A table and what is known of its kernel.
#[derive(Debug)]
pub(crate) struct Source {
    kernel: Kernel,
    /// Empty where the matrix has it.
    table: Vec<f64>,
    width: usize,
    gram: Option<Gram>,
    cache_bytes: usize,
}

impl Source {
    /// Where rows take part in several problems and it fits in half of the memory, what they need
    /// of the kernel matrix is computed once for all of them.
    pub(crate) fn new(
        kernel: Kernel,
        table: Vec<f64>,
        width: usize,
        cache_bytes: usize,
        is_for_several: bool,
    ) -> Self {
        let bytes = Gram::bytes(table.len() / width);
        if !is_for_several || bytes > cache_bytes / 2 {
            return Self { kernel, table, width, gram: None, cache_bytes };
        }
        let found = store::take(kernel, &table, width);
        let gram = found.unwrap_or_else(|| Gram::new(kernel, table, width));
        let cache_bytes = cache_bytes - bytes;
        Self { kernel, table: Vec::new(), width, gram: Some(gram), cache_bytes }
    }

    /// The rows, row-major.
    pub(crate) fn table(&self) -> &[f64] {
        self.gram.as_ref().map_or(&self.table, Gram::table)
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
                let data = Members { table: &self.table, width: self.width, members };
                AnyRows::Computed(Computed::new(self.kernel, data))
            }
        }
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        if let Some(gram) = self.gram.take() {
            store::keep(gram);
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
