//! Minimal cost-complexity pruning.

use crate::tree::Tree;

/// What a node costs as a leaf, and its rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Part {
    /// Its weight times its impurity.
    pub(crate) loss: f64,
    pub(crate) rows: (usize, usize),
}

/// The nodes that become leaves in the smallest subtree of the least cost, its leaves' losses and
/// `alpha` for each leaf (Breiman, Friedman, Olshen & Stone, "Classification and Regression Trees",
/// 1984, section 3.3). Weakest links, cut while their `(R(t) - R(T_t)) / (|T_t| - 1)` is at most
/// `alpha`, lead to the same subtree; this takes one pass: O(nodes).
pub(crate) fn weak(tree: &Tree, parts: &[Part], alpha: f64) -> Vec<bool> {
    let mut costs = vec![0.0; parts.len()];
    let mut is_weak = vec![false; parts.len()];
    for (i, node) in tree.nodes.iter().enumerate().rev() {
        let alone = parts[i].loss + alpha;
        costs[i] = alone;
        if !node.is_leaf(i as u32) {
            let child = node.child() as usize;
            let split = costs[child] + costs[child + 1];
            is_weak[i] = alone <= split;
            costs[i] = alone.min(split);
        }
    }
    is_weak
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Node;

    /// A split that saves 5, of whose children one has a split that saves 1.
    #[test]
    fn a_split_stays_that_saves_more_than_its_leaves_cost() {
        let inner = |child| Node::inner(0, 0.0, false, child);
        let nodes = vec![inner(1), Node::leaf(1), inner(3), Node::leaf(3), Node::leaf(4)];
        let tree = Tree { nodes, ..Tree::default() };
        let parts = [10.0, 2.0, 3.0, 1.0, 1.0].map(|loss| Part { loss, rows: (0, 0) });
        let weak = |alpha| weak(&tree, &parts, alpha).iter().position(|is_weak| *is_weak);
        assert_eq!([weak(0.9), weak(1.0), weak(4.9), weak(5.0)], [None, Some(2), Some(2), Some(0)]);
    }
}
