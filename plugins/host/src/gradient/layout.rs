//! How a model's parameters and state are laid out, checked.

use std::collections::BTreeSet;
use std::ops::Range;

use surmise_plugin_abi as abi;

use crate::text;

/// More than any model that is trained on one machine has, and a bound on what is allocated.
const VALUES_MAX: u64 = 1 << 31;
const BLOCKS_MAX: u64 = 1 << 16;
const NAME_BYTES_MAX: usize = 256;

/// Named blocks that cover all parameters, and all of the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    blocks: Vec<Block>,
    state_blocks: Vec<Block>,
}

/// Adjacent values, `rows × cols`, row-major.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its name.
    pub name: String,
    /// Its places.
    pub range: Range<usize>,
    /// Number of rows, one for each unit.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// How it is regularized.
    pub role: Role,
}

/// How a block is regularized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Shrunk by weight decay, L1 and L2; max-norm bounds each row.
    Weight,
    /// Left alone.
    Bias,
    /// Left alone.
    Scale,
    /// State, or a role of a newer revision: left alone.
    Other,
}

impl Layout {
    /// Number of parameters, at least 1.
    #[must_use]
    pub fn n_params(&self) -> usize {
        end(&self.blocks)
    }

    /// Number of values that change with training but have no slope.
    #[must_use]
    pub fn n_state(&self) -> usize {
        end(&self.state_blocks)
    }

    /// The blocks of parameters, in order and without gaps.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The blocks of state, in order and without gaps.
    #[must_use]
    pub fn state_blocks(&self) -> &[Block] {
        &self.state_blocks
    }

    /// Where a parameter stands, for people.
    #[must_use]
    pub fn place(&self, i: usize) -> String {
        match self.blocks.iter().find(|block| block.range.contains(&i)) {
            Some(Block { name, range, cols, .. }) => {
                let at = i - range.start;
                format!("`{name}`[{}, {}]", at / cols, at % cols)
            }
            None => format!("parameter {i}"),
        }
    }
}

fn end(blocks: &[Block]) -> usize {
    blocks.last().map_or(0, |last| last.range.end)
}

/// For the plugin to fill.
pub(super) fn empty() -> abi::GradientLayout {
    abi::GradientLayout {
        struct_size: size_of::<abi::GradientLayout>() as u64,
        n_params: 0,
        blocks: std::ptr::null(),
        n_blocks: 0,
        n_state: 0,
        state_blocks: std::ptr::null(),
        n_state_blocks: 0,
    }
}

/// Copies a layout that a plugin filled, or says what is wrong with it.
///
/// # Safety
/// Blocks that are neither null nor misaligned must be there, with their names.
pub(super) unsafe fn read(layout: &abi::GradientLayout) -> Result<Layout, String> {
    if layout.n_params == 0 {
        return Err("it has no parameters".to_owned());
    }
    // SAFETY: passed on.
    let (blocks, state_blocks) = unsafe {
        (
            read_blocks(layout.blocks, layout.n_blocks, layout.n_params, "parameters")?,
            read_blocks(layout.state_blocks, layout.n_state_blocks, layout.n_state, "state")?,
        )
    };
    Ok(Layout { blocks, state_blocks })
}

unsafe fn read_blocks(
    blocks: *const abi::GradientBlock,
    n_blocks: u64,
    n_values: u64,
    what: &str,
) -> Result<Vec<Block>, String> {
    if VALUES_MAX < n_values || BLOCKS_MAX < n_blocks {
        return Err(format!(
            "its {what} are {n_values} values in {n_blocks} blocks, not up to {VALUES_MAX} in \
             {BLOCKS_MAX}"
        ));
    }
    if n_blocks == 0 {
        let covered = n_values == 0;
        return if covered { Ok(Vec::new()) } else { Err(format!("its {what} have no blocks")) };
    }
    if blocks.is_null() || !blocks.is_aligned() {
        return Err(format!("the blocks of its {what} are missing or misaligned"));
    }
    // SAFETY: non-null, aligned, of a sane number, and the caller vouches for what it reaches.
    let blocks = unsafe { std::slice::from_raw_parts(blocks, n_blocks as usize) };
    let (mut read, mut names, mut next) = (Vec::new(), BTreeSet::new(), 0);
    for block in blocks {
        // SAFETY: passed on.
        let block = unsafe { read_block(block, next) }
            .map_err(|problem| format!("block {} of its {what} {problem}", read.len()))?;
        if !names.insert(block.name.clone()) {
            return Err(format!("two blocks of its {what} are called `{}`", block.name));
        }
        next = block.range.end;
        read.push(block);
    }
    match next as u64 == n_values {
        true => Ok(read),
        false => Err(format!("its {what} are {n_values} values, but its blocks hold {next}")),
    }
}

/// A block that must begin at `start`.
unsafe fn read_block(block: &abi::GradientBlock, start: usize) -> Result<Block, String> {
    // SAFETY: the caller vouches for the name.
    let name = unsafe { block.name.bytes(NAME_BYTES_MAX) };
    let name = name.and_then(|name| std::str::from_utf8(name).ok());
    let name = name.filter(|name| !name.is_empty() && text::is_plain(name));
    let name = name.ok_or("has no usable name")?.to_owned();
    if block.offset != start as u64 {
        return Err(format!(
            "begins at {}, not at {start} where the one before ends",
            block.offset
        ));
    }
    let n_values = block.rows.checked_mul(block.cols).filter(|n| (1..=VALUES_MAX).contains(n));
    let n_values = n_values.ok_or_else(|| {
        format!("is {} × {}, not 1 to {VALUES_MAX} values", block.rows, block.cols)
    })?;
    Ok(Block {
        name,
        range: start..start + n_values as usize,
        rows: block.rows as usize,
        cols: block.cols as usize,
        role: match block.role {
            abi::ROLE_WEIGHT => Role::Weight,
            abi::ROLE_BIAS => Role::Bias,
            abi::ROLE_SCALE => Role::Scale,
            _ => Role::Other,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(name: &'static str, offset: u64, rows: u64, cols: u64) -> abi::GradientBlock {
        let role = abi::ROLE_WEIGHT;
        abi::GradientBlock { name: abi::Str::new(name), offset, rows, cols, role, flags: 0 }
    }

    fn read_all(blocks: &[abi::GradientBlock], n_params: u64) -> Result<Layout, String> {
        let n_blocks = blocks.len() as u64;
        let layout = abi::GradientLayout { n_params, blocks: blocks.as_ptr(), n_blocks, ..empty() };
        // SAFETY: the blocks and their names are there.
        unsafe { read(&layout) }
    }

    #[test]
    fn blocks_that_cover_all_parameters_are_read() {
        let newer = abi::GradientBlock { role: 99, ..block("b", 6, 2, 1) };
        let layout = read_all(&[block("w", 0, 2, 3), newer], 8).expect("good");
        assert_eq!((layout.n_params(), layout.n_state()), (8, 0));
        assert_eq!(layout.blocks()[1].range, 6..8);
        let roles: Vec<Role> = layout.blocks().iter().map(|block| block.role).collect();
        assert_eq!(roles, [Role::Weight, Role::Other]);
        assert_eq!(layout.place(5), "`w`[1, 2]");
    }

    #[test]
    fn blocks_that_do_not_are_refused() {
        let w = || block("w", 0, 2, 3);
        for (blocks, n_params, expected) in [
            (vec![w()], 0, "no parameters"),
            (vec![], 6, "no blocks"),
            (vec![w()], 7, "are 7 values, but its blocks hold 6"),
            (vec![w()], 1 << 40, "not up to"),
            (vec![w(), block("v", 7, 1, 1)], 8, "begins at 7, not at 6"),
            (vec![w(), block("v", 5, 1, 1)], 7, "begins at 5, not at 6"),
            (vec![w(), block("w", 6, 1, 1)], 7, "are called `w`"),
            (vec![w(), block("v", 6, 0, 1)], 6, "0 × 1"),
            (vec![w(), block("v", 6, 1 << 40, 1 << 40)], 7, "values"),
            (vec![block("", 0, 1, 1)], 1, "no usable name"),
            (vec![block("a\u{9b}31m", 0, 1, 1)], 1, "no usable name"),
        ] {
            let problem = read_all(&blocks, n_params).expect_err(expected);
            assert!(problem.contains(expected), "{problem}");
        }
        let nowhere = abi::GradientLayout { n_params: 1, n_blocks: 1, ..empty() };
        // SAFETY: null is what is tested.
        assert!(unsafe { read(&nowhere) }.expect_err("null").contains("missing"));
    }
}
