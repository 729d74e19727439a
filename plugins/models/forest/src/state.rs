//! A forest as saved bytes, and back with every length and index checked.

use surmise_plugin_sdk::{Error, Loader, Result, Saver};

use crate::forest::Forest;
use crate::tree::{Node, Tree};

/// In place of the feature, where the other half is the number of a leaf's values.
const LEAF: u32 = u32::MAX;
/// How far the shares of a leaf may be from 1.
const ROUNDING: f64 = 1e-9;

/// Writes everything of `forest`.
pub(crate) fn save(forest: &Forest, saver: &mut Saver) {
    let widths = |size: fn(&Tree) -> usize| {
        forest.trees.iter().map(|tree| size(tree) as u64).collect::<Vec<_>>()
    };
    saver.u64("n_features", forest.n_features as u64);
    saver.u64("n_classes", forest.n_classes as u64);
    saver.u64s("n_nodes", &widths(|tree| tree.nodes.len()));
    saver.u64s("n_values", &widths(|tree| tree.values.len()));
    let links = forest.trees.iter().flat_map(links);
    saver.u64s("links", &links.collect::<Vec<_>>());
    let inner = forest.trees.iter().flat_map(|tree| {
        let inner = tree.nodes.iter().zip(0..).filter(|(node, place)| !node.is_leaf(*place));
        inner.map(|(node, _)| node.threshold())
    });
    saver.f64s("thresholds", &inner.collect::<Vec<_>>());
    saver.f64s(
        "values",
        &forest.trees.iter().flat_map(|tree| &tree.values).copied().collect::<Vec<_>>(),
    );
    saver.f64s("importance", &forest.importance);
}

/// Each node's feature with the side for missing values, and its child; or the leaf's values.
fn links(tree: &Tree) -> impl Iterator<Item = u64> + use<'_> {
    tree.nodes.iter().zip(&tree.leaves).zip(0..).map(|((node, leaf), place)| {
        let (high, low) = match node.is_leaf(place) {
            true => (LEAF, *leaf),
            false => (node.feature() << 1 | u32::from(node.missing_left()), node.child()),
        };
        u64::from(high) << 32 | u64::from(low)
    })
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// If it is not a sound forest.
pub(crate) fn load(loader: &mut Loader<'_>) -> Result<Forest> {
    let n_features = size(loader.u64("n_features")?)?;
    let n_classes = size(loader.u64("n_classes")?)?;
    let n_nodes = loader.u64s("n_nodes")?;
    let n_values = loader.u64s("n_values")?;
    let links = loader.u64s("links")?;
    let thresholds = loader.f64s("thresholds")?;
    let values = loader.f64s("values")?;
    let importance = loader.f64s("importance")?;
    require((1..Node::MAX_FEATURES).contains(&n_features), "n_features")?;
    require(!n_nodes.is_empty(), "n_nodes")?;
    require(n_values.len() == n_nodes.len(), "n_values")?;
    require(importance.len() == n_features, "importance")?;
    require(importance.iter().all(|part| part.is_finite() && *part >= 0.0), "importance")?;
    let mut rest = Rest { links: &links, thresholds: &thresholds, values: &values };
    let mut trees = Vec::with_capacity(n_nodes.len());
    for (n_nodes, n_values) in n_nodes.into_iter().zip(n_values) {
        trees.push(rest.tree(size(n_nodes)?, size(n_values)?, n_features, n_classes)?);
    }
    require(rest.links.is_empty(), "links")?;
    require(rest.thresholds.is_empty(), "thresholds")?;
    require(rest.values.is_empty(), "values")?;
    Ok(Forest { n_features, n_classes, trees, importance })
}

/// What the trees so far have not used.
struct Rest<'a> {
    links: &'a [u64],
    thresholds: &'a [f64],
    values: &'a [f64],
}

impl Rest<'_> {
    fn tree(
        &mut self,
        n_nodes: usize,
        n_values: usize,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Tree> {
        require(n_nodes > 0, "n_nodes")?;
        let links = take(&mut self.links, n_nodes, "links")?;
        let values = take(&mut self.values, n_values, "values")?.to_vec();
        check_values(&values, n_classes)?;
        let n_leaves = n_values / n_classes.max(1);
        let (mut nodes, mut leaves) = (Vec::with_capacity(n_nodes), Vec::with_capacity(n_nodes));
        for (&link, place) in links.iter().zip(0..) {
            let (high, low) = ((link >> 32) as u32, link as u32);
            if high == LEAF {
                require((low as usize) < n_leaves, "links")?;
                nodes.push(Node::leaf(place));
                leaves.push(low);
                continue;
            }
            let feature = high >> 1;
            // Children after their parent: no row falls forever.
            require((feature as usize) < n_features && place < low, "links")?;
            require((low as usize) < n_nodes - 1, "links")?;
            let threshold = take(&mut self.thresholds, 1, "thresholds")?[0];
            require(!threshold.is_nan(), "thresholds")?;
            nodes.push(Node::inner(feature, threshold, high & 1 == 1, low));
            leaves.push(0);
        }
        Ok(Tree { nodes, leaves, values })
    }
}

/// Numbers, or shares of classes.
fn check_values(values: &[f64], n_classes: usize) -> Result<()> {
    require(values.iter().all(|value| value.is_finite()), "values")?;
    if n_classes == 0 {
        return Ok(());
    }
    require(values.len().is_multiple_of(n_classes), "values")?;
    let is_share = |shares: &[f64]| {
        let sum: f64 = shares.iter().sum();
        (sum - 1.0).abs() <= ROUNDING && shares.iter().all(|share| *share >= 0.0)
    };
    require(values.chunks_exact(n_classes).all(is_share), "values")
}

fn take<'a, T>(rest: &mut &'a [T], n: usize, name: &str) -> Result<&'a [T]> {
    let (taken, others) = rest.split_at_checked(n).ok_or_else(|| unsound(name))?;
    *rest = others;
    Ok(taken)
}

fn size(value: u64) -> Result<usize> {
    usize::try_from(value).map_err(|_| unsound("a size"))
}

fn require(is_sound: bool, name: &str) -> Result<()> {
    if is_sound { Ok(()) } else { Err(unsound(name)) }
}

fn unsound(name: &str) -> Error {
    Error::bad_state(format!("`{name}` does not fit the rest of the saved forest"))
}
