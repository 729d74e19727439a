//! Where memory waits between passes, so that a batch need not ask for it.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

/// Room for one thing of a type that is known only when it is used: the model is built before the
/// kind of its numbers is known.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<Option<Box<dyn Any + Send>>>);

impl Shelf {
    /// Lends what lies there, or something new.
    pub(crate) fn lend<S: Default + Send + 'static, R>(&self, f: impl FnOnce(&mut S) -> R) -> R {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut lent = taken.and_then(|any| any.downcast::<S>().ok()).unwrap_or_default();
        let result = f(&mut lent);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lent);
        result
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}

/// The first `n` numbers of a list that only grows; what they are is left open.
pub(crate) fn sized<T: Default + Clone>(list: &mut Vec<T>, n: usize) -> &mut [T] {
    if list.len() < n {
        list.resize(n, T::default());
    }
    &mut list[..n]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lent_comes_back() {
        let shelf = Shelf::default();
        shelf.lend(|list: &mut Vec<u8>| list.push(7));
        assert_eq!(shelf.lend(|list: &mut Vec<u8>| list.clone()), [7]);
        assert_eq!(shelf.lend(|list: &mut Vec<u16>| list.len()), 0);
    }

    #[test]
    fn lists_only_grow() {
        let mut list = vec![1, 2, 3];
        assert_eq!(sized(&mut list, 2), [1, 2]);
        assert_eq!(sized(&mut list, 4), [1, 2, 3, 0]);
    }
}
