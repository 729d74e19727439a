//! What follows from the conditions of a space: who takes part when, and how many configurations
//! there are. Computed once, in steps proportional to the values that conditions list.

use std::collections::BTreeMap;

use super::{Domain, Parameter};

/// One node a parameter, in the order of the space.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// The parameters without a condition.
    pub(super) roots: Vec<usize>,
    /// How many configurations there are.
    pub(super) count: Option<u64>,
}

/// A parameter among those it depends on and those that depend on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) gate: Option<Gate>,
    /// The values that bring further parameters with them, in order.
    pub(super) branches: Vec<Branch>,
    /// How many combinations the parameter and all below it have; `None` if they cannot be counted
    /// or no number is large enough.
    pub(super) count: Option<u64>,
}

/// When a parameter takes part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gate {
    pub(super) parent: usize,
    /// The parent's values by number, sorted.
    pub(super) open: Vec<u64>,
}

/// What one value of a parameter brings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    /// The value's number.
    pub(super) value: u64,
    pub(super) children: Vec<usize>,
    /// How many combinations the children have.
    pub(super) count: Option<u64>,
}

impl Tree {
    /// The tree of parameters that stand after their parents.
    pub(super) fn new(parameters: &[Parameter]) -> Self {
        let gates: Vec<Option<Gate>> = parameters.iter().map(|p| gate(p, parameters)).collect();
        let mut children = vec![BTreeMap::<u64, Vec<usize>>::new(); parameters.len()];
        for (i, gate) in gates.iter().enumerate() {
            for value in gate.iter().flat_map(|g| &g.open) {
                let parent = gate.as_ref().map_or(i, |g| g.parent);
                children[parent].entry(*value).or_default().push(i);
            }
        }
        let mut counts = vec![None; parameters.len()];
        let mut nodes = Vec::with_capacity(parameters.len());
        // From the last one on: what is below is counted first.
        for (i, (gate, children)) in gates.into_iter().zip(children).enumerate().rev() {
            let branch = |(value, children): (u64, Vec<usize>)| {
                let count = product(&children, &counts);
                Branch { value, children, count }
            };
            let branches: Vec<Branch> = children.into_iter().map(branch).collect();
            counts[i] = count(&parameters[i].domain, &branches);
            nodes.push(Node { gate, branches, count: counts[i] });
        }
        nodes.reverse();
        let roots: Vec<usize> = (0..nodes.len()).filter(|i| nodes[*i].gate.is_none()).collect();
        let count = product(&roots, &counts);
        Self { nodes, roots, count }
    }
}

fn gate(parameter: &Parameter, parameters: &[Parameter]) -> Option<Gate> {
    let when = parameter.when.as_ref()?;
    let parent = parameters.iter().position(|p| p.name == when.parameter)?;
    let domain = &parameters[parent].domain;
    let mut open: Vec<u64> = when.values.iter().filter_map(|v| domain.index(v)).collect();
    open.sort_unstable();
    open.dedup();
    Some(Gate { parent, open })
}

/// Values without a branch count once, the others as often as their children combine.
fn count(domain: &Domain, branches: &[Branch]) -> Option<u64> {
    let plain = domain.cardinality()? - branches.len() as u64;
    branches.iter().try_fold(plain, |sum, branch| sum.checked_add(branch.count?))
}

fn product(members: &[usize], counts: &[Option<u64>]) -> Option<u64> {
    members.iter().try_fold(1u64, |product, i| product.checked_mul(counts[*i]?))
}
