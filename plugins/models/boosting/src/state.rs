//! A booster as saved bytes, and back with every length and index checked.

use surmise_plugin_sdk::{Error, Loader, Result, Saver};

use crate::booster::{Booster, Link};
use crate::tree::{Node, Tree};

/// In place of the feature, where there is a leaf.
const LEAF: u32 = u32::MAX;

/// Raw predictions are below this, so that those of many trees are finite, too.
const LARGEST: f64 = 1e300;

const LINKS: [(&str, Link); 4] = [
    ("identity", Link::Identity),
    ("log", Link::Log),
    ("logit", Link::Logit),
    ("softmax", Link::Softmax),
];

/// Writes everything of `booster`.
pub(crate) fn save(booster: &Booster, saver: &mut Saver) {
    let link = LINKS.iter().find(|(_, link)| *link == booster.link);
    saver.u64("n_features", booster.n_features as u64);
    saver.text("link", link.map_or("", |(name, _)| name));
    saver.f64s("base", &booster.base);
    let sizes = booster.trees.iter().map(|tree| tree.0.len() as u64);
    saver.u64s("n_nodes", &sizes.collect::<Vec<_>>());
    saver.u64s("links", &booster.trees.iter().flat_map(links).collect::<Vec<_>>());
    let numbers = booster.trees.iter().flat_map(|tree| &tree.0).map(|node| node.number());
    saver.f64s("numbers", &numbers.collect::<Vec<_>>());
    saver.f64s("importance", &booster.importance);
}

/// Each node's feature with the side for missing values, and its child.
fn links(tree: &Tree) -> impl Iterator<Item = u64> + use<'_> {
    tree.0.iter().zip(0..).map(|(node, place)| {
        let (high, low) = match node.is_leaf(place) {
            true => (LEAF, 0),
            false => (node.feature() << 1 | u32::from(node.missing_left()), node.child()),
        };
        u64::from(high) << 32 | u64::from(low)
    })
}

/// Reads what [`save`] wrote.
///
/// # Errors
/// If it is not a sound booster.
pub(crate) fn load(loader: &mut Loader<'_>) -> Result<Booster> {
    let n_features = size(loader.u64("n_features")?)?;
    let link = loader.text("link")?;
    let base = loader.f64s("base")?;
    let n_nodes = loader.u64s("n_nodes")?;
    let links = loader.u64s("links")?;
    let numbers = loader.f64s("numbers")?;
    let importance = loader.f64s("importance")?;
    let link = LINKS.iter().find(|(name, _)| *name == link);
    let (_, link) = link.ok_or_else(|| unsound("link"))?;
    require((1..Node::MAX_FEATURES).contains(&n_features), "n_features")?;
    let n_outputs = if *link == Link::Softmax { 1..=base.len() } else { 1..=1 };
    require(n_outputs.contains(&base.len()), "base")?;
    require(base.iter().all(|base| is_raw(*base)), "base")?;
    require(n_nodes.len().is_multiple_of(base.len()), "n_nodes")?;
    require(links.len() == numbers.len(), "numbers")?;
    require(importance.len() == n_features, "importance")?;
    require(importance.iter().all(|part| part.is_finite() && *part >= 0.0), "importance")?;
    let mut rest = Rest { links: &links, numbers: &numbers };
    let mut trees = Vec::with_capacity(n_nodes.len());
    for n_nodes in n_nodes {
        trees.push(rest.tree(size(n_nodes)?, n_features)?);
    }
    require(rest.links.is_empty(), "links")?;
    Ok(Booster { n_features, link: *link, base, trees, importance })
}

/// What the trees so far have not used.
struct Rest<'a> {
    links: &'a [u64],
    numbers: &'a [f64],
}

impl Rest<'_> {
    fn tree(&mut self, n_nodes: usize, n_features: usize) -> Result<Tree> {
        require(n_nodes > 0, "n_nodes")?;
        let links = take(&mut self.links, n_nodes, "links")?;
        let numbers = take(&mut self.numbers, n_nodes, "numbers")?;
        let mut nodes = Vec::with_capacity(n_nodes);
        for ((&link, &number), place) in links.iter().zip(numbers).zip(0..) {
            let (high, child) = ((link >> 32) as u32, link as u32);
            if high == LEAF {
                require(is_raw(number), "numbers")?;
                nodes.push(Node::leaf(place, number));
                continue;
            }
            let feature = high >> 1;
            // Children after their parent: no row falls forever.
            require((feature as usize) < n_features && place < child, "links")?;
            require((child as usize) < n_nodes - 1 && !number.is_nan(), "links")?;
            nodes.push(Node::inner(feature, number, high & 1 == 1, child));
        }
        Ok(Tree(nodes))
    }
}

fn is_raw(value: f64) -> bool {
    value.abs() <= LARGEST
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
    Error::bad_state(format!("`{name}` does not fit the rest of the saved booster"))
}
