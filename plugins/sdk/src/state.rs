//! The bytes of a saved model: named, typed values in a fixed order.
//!
//! Each value is its name (length as `u64`, UTF-8), a type byte, a length as `u64`, the elements,
//! all little-endian. There are no type names, no paths and no code in it; a length is checked
//! against the bytes that are left before anything is allocated.

use crate::{Error, Result};

const F64: u8 = 1;
const U64: u8 = 2;
const TEXT: u8 = 3;

/// Collects a model's state.
#[derive(Debug, Default)]
pub struct Saver {
    bytes: Vec<u8>,
}

impl Saver {
    /// Saves a number, bit for bit.
    pub fn f64(&mut self, name: &str, value: f64) {
        self.f64s(name, &[value]);
    }

    /// Saves numbers, bit for bit.
    pub fn f64s(&mut self, name: &str, values: &[f64]) {
        self.head(name, F64, values.len());
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    /// Saves a whole number.
    pub fn u64(&mut self, name: &str, value: u64) {
        self.u64s(name, &[value]);
    }

    /// Saves whole numbers.
    pub fn u64s(&mut self, name: &str, values: &[u64]) {
        self.head(name, U64, values.len());
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    /// Saves a text.
    pub fn text(&mut self, name: &str, value: &str) {
        self.head(name, TEXT, value.len());
        self.bytes.extend(value.as_bytes());
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn head(&mut self, name: &str, kind: u8, len: usize) {
        self.bytes.extend((name.len() as u64).to_le_bytes());
        self.bytes.extend(name.as_bytes());
        self.bytes.push(kind);
        self.bytes.extend((len as u64).to_le_bytes());
    }
}

/// Gives back what a [`Saver`] collected, in the same order.
#[derive(Debug)]
pub struct Loader<'a> {
    rest: &'a [u8],
}

impl<'a> Loader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Loads a number.
    ///
    /// # Errors
    /// If the next value is not one number of that name.
    pub fn f64(&mut self, name: &str) -> Result<f64> {
        one(name, &self.f64s(name)?)
    }

    /// Loads numbers.
    ///
    /// # Errors
    /// If the next value is not numbers of that name.
    pub fn f64s(&mut self, name: &str) -> Result<Vec<f64>> {
        let words = self.words(name, F64)?;
        Ok(words.map(f64::from_le_bytes).collect())
    }

    /// Loads a whole number.
    ///
    /// # Errors
    /// If the next value is not one whole number of that name.
    pub fn u64(&mut self, name: &str) -> Result<u64> {
        one(name, &self.u64s(name)?)
    }

    /// Loads whole numbers.
    ///
    /// # Errors
    /// If the next value is not whole numbers of that name.
    pub fn u64s(&mut self, name: &str) -> Result<Vec<u64>> {
        let words = self.words(name, U64)?;
        Ok(words.map(u64::from_le_bytes).collect())
    }

    /// Loads a text.
    ///
    /// # Errors
    /// If the next value is not a text of that name.
    pub fn text(&mut self, name: &str) -> Result<&'a str> {
        let len = self.head(name, TEXT)?;
        let bytes = self.take(len)?;
        std::str::from_utf8(bytes).map_err(|_| Error::bad_state(format!("`{name}` is not UTF-8")))
    }

    /// Checks that nothing is left.
    pub(crate) fn finish(self) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            n => Err(Error::bad_state(format!("{n} bytes are left over"))),
        }
    }

    fn words(&mut self, name: &str, kind: u8) -> Result<impl Iterator<Item = [u8; 8]> + use<'a>> {
        let len = self.head(name, kind)?;
        let bytes = self.take(len.checked_mul(8).ok_or_else(truncated)?)?;
        Ok(bytes.as_chunks().0.iter().copied())
    }

    fn head(&mut self, name: &str, kind: u8) -> Result<usize> {
        let name_len = self.len()?;
        let found = self.take(name_len)?;
        if found != name.as_bytes() {
            let found = String::from_utf8_lossy(found);
            return Err(Error::bad_state(format!("expected `{name}`, found `{found}`")));
        }
        if self.array::<1>()? != [kind] {
            return Err(Error::bad_state(format!("`{name}` has another type")));
        }
        self.len()
    }

    fn len(&mut self) -> Result<usize> {
        usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|_| truncated())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(len).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(head)
    }
}

fn one<T: Copy>(name: &str, values: &[T]) -> Result<T> {
    match values {
        [value] => Ok(*value),
        _ => Err(Error::bad_state(format!("`{name}` has {} entries, not one", values.len()))),
    }
}

fn truncated() -> Error {
    Error::bad_state("the saved state ends too early")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut saver = Saver::default();
        saver.f64s("weights", &[1.5, -0.0, f64::MIN_POSITIVE]);
        saver.u64("n", u64::MAX);
        saver.text("kernel", "rbf");
        saver.into_bytes()
    }

    fn read(bytes: &[u8]) -> Result<(Vec<f64>, u64, String)> {
        let mut loader = Loader::new(bytes);
        let values = (loader.f64s("weights")?, loader.u64("n")?, loader.text("kernel")?.to_owned());
        loader.finish()?;
        Ok(values)
    }

    #[test]
    fn values_come_back_bit_for_bit() {
        let (weights, n, kernel) = read(&sample()).expect("a good state");
        let bits: Vec<u64> = weights.iter().map(|w| w.to_bits()).collect();
        assert_eq!(bits, [1.5, -0.0, f64::MIN_POSITIVE].map(f64::to_bits));
        assert_eq!((n, kernel.as_str()), (u64::MAX, "rbf"));
    }

    #[test]
    fn a_state_cut_or_extended_anywhere_is_refused() {
        let bytes = sample();
        for len in 0..bytes.len() {
            let error = read(&bytes[..len]).expect_err("cut");
            assert_eq!(error.status(), surmise_plugin_abi::E_BAD_STATE);
        }
        assert!(read(&[bytes.as_slice(), &[0]].concat()).is_err());
    }

    #[test]
    fn a_huge_length_is_refused_before_it_is_allocated() {
        let mut bytes = sample();
        bytes[8 + 7 + 1..][..8].copy_from_slice(&(u64::MAX / 8).to_le_bytes());
        assert!(read(&bytes).is_err());
        bytes[8 + 7 + 1..][..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(read(&bytes).is_err());
    }
}
