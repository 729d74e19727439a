//! Counting and numbering the configurations of a finite space.

use super::Space;
use crate::trial::Params;

impl Space {
    /// How many different configurations there are; `None` if a parameter is continuous or there
    /// are more than 2⁶⁴ − 1. Inactive parameters do not multiply. Complexity: O(1).
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        self.tree.count
    }

    /// Configuration number `index` of a finite space, in the order in which the last parameter
    /// varies fastest: that of scikit-learn's `ParameterGrid` for sorted names.
    /// `None` if there is no such configuration.
    ///
    /// Complexity: O(parameters + values that conditions list), however many values there are.
    #[must_use]
    pub fn configuration(&self, index: u64) -> Option<Params> {
        (index < self.cardinality()?).then_some(())?;
        let mut params = Params::default();
        self.fill(&self.tree.roots, index, &mut params)?;
        Some(params)
    }

    /// Sets `members` and all below them to their combination number `index`.
    fn fill(&self, members: &[usize], mut index: u64, params: &mut Params) -> Option<()> {
        for &i in members.iter().rev() {
            let n = self.tree.nodes[i].count?;
            self.fill_one(i, index % n, params)?;
            index /= n;
        }
        Some(())
    }

    fn fill_one(&self, i: usize, mut index: u64, params: &mut Params) -> Option<()> {
        let parameter = &self.parameters[i];
        // The first value that was not passed by yet; up to the next branch each counts once.
        let mut next = 0;
        for branch in &self.tree.nodes[i].branches {
            let plain = branch.value - next;
            if index < plain {
                break;
            }
            index -= plain;
            let below = branch.count?;
            if index < below {
                params.set(&parameter.name, parameter.domain.value(branch.value));
                return self.fill(&branch.children, index, params);
            }
            index -= below;
            next = branch.value + 1;
        }
        params.set(&parameter.name, parameter.domain.value(next + index));
        Some(())
    }
}
