//! Counting and numbering the configurations of a finite space.

use super::Space;
use crate::Value;
use crate::trial::Params;

impl Space {
    /// How many different configurations there are; `None` if a parameter is continuous or there
    /// are more than 2⁶⁴ − 1. Inactive parameters do not multiply.
    #[must_use]
    pub fn cardinality(&self) -> Option<u64> {
        self.roots().into_iter().try_fold(1u64, |product, i| product.checked_mul(self.count(i)?))
    }

    /// Configuration number `index` of a finite space, in the order in which the last parameter
    /// varies fastest: that of scikit-learn's `ParameterGrid` for sorted names.
    /// `None` if there is no such configuration.
    ///
    /// Complexity: O(values of all parameters).
    #[must_use]
    pub fn configuration(&self, index: u64) -> Option<Params> {
        (index < self.cardinality()?).then_some(())?;
        let mut params = Params::default();
        self.fill(&self.roots(), index, &mut params)?;
        Some(params)
    }

    /// Sets `members` and all below them to their combination number `index`.
    fn fill(&self, members: &[usize], mut index: u64, params: &mut Params) -> Option<()> {
        for &i in members.iter().rev() {
            let n = self.count(i)?;
            self.fill_one(i, index % n, params)?;
            index /= n;
        }
        Some(())
    }

    fn fill_one(&self, i: usize, mut index: u64, params: &mut Params) -> Option<()> {
        let parameter = &self.parameters[i];
        for k in 0..parameter.domain.cardinality()? {
            let value = parameter.domain.value(k);
            let children = self.children(i, &value);
            let below = self.product(&children)?;
            if index < below {
                params.set(&parameter.name, value);
                return self.fill(&children, index, params);
            }
            index -= below;
        }
        None
    }

    /// How many combinations parameter `i` and all below it have.
    fn count(&self, i: usize) -> Option<u64> {
        let domain = &self.parameters[i].domain;
        let n = domain.cardinality()?;
        if !self.parameters.iter().any(|p| self.is_child(p, i)) {
            return Some(n);
        }
        (0..n).try_fold(0u64, |sum, k| {
            sum.checked_add(self.product(&self.children(i, &domain.value(k)))?)
        })
    }

    fn product(&self, members: &[usize]) -> Option<u64> {
        members.iter().try_fold(1u64, |product, &i| product.checked_mul(self.count(i)?))
    }

    fn roots(&self) -> Vec<usize> {
        (0..self.len()).filter(|&i| self.parameters[i].when.is_none()).collect()
    }

    /// The parameters that take part directly because parameter `i` has this value.
    fn children(&self, i: usize, value: &Value) -> Vec<usize> {
        let active = |j: &usize| {
            let p = &self.parameters[*j];
            self.is_child(p, i) && p.when.as_ref().is_some_and(|w| w.values.contains(value))
        };
        (0..self.len()).filter(active).collect()
    }

    fn is_child(&self, p: &super::Parameter, i: usize) -> bool {
        p.when.as_ref().is_some_and(|w| w.parameter == self.parameters[i].name)
    }
}
