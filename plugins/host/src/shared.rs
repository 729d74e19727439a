//! Tables that many fits share, here or in workers.

use std::io::{self, Write};
use std::slice;

use serde::{Deserialize, Serialize};

use crate::sealed::{Mapping, Sealed};
use crate::{Error, Result, Table, Target};

/// Where a block of numbers may begin: the widest vector registers, and a cache line.
const ALIGNMENT: usize = 64;

/// A table that owns its memory.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedTable {
    /// Number of rows.
    pub n_rows: usize,
    /// Number of features.
    pub n_features: usize,
    /// The features, one row after the other; NaN is a missing value.
    pub values: Vec<f64>,
    /// A name for each feature, or none.
    pub feature_names: Vec<String>,
    /// What is to be predicted.
    pub target: Option<OwnedTarget>,
}

/// A target that owns its memory, an entry for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnedTarget {
    /// The class of each row, a place in `names`.
    Classes {
        /// The class of each row.
        codes: Vec<u32>,
        /// The names of all classes.
        names: Vec<String>,
    },
    /// The value of each row.
    Values(Vec<f64>),
}

impl OwnedTable {
    /// The table, checked.
    ///
    /// # Errors
    /// As [`Table::new`].
    pub fn table(&self) -> Result<Table<'_>> {
        let (values, names) = (&self.values, &self.feature_names);
        Table::new(self.n_rows, self.n_features, values, names, self.target())
    }

    /// The table, checked before.
    pub(crate) fn checked(&self) -> Table<'_> {
        let (values, names) = (&self.values, &self.feature_names);
        Table::checked(self.n_rows, self.n_features, values, names, self.target())
    }

    fn target(&self) -> Option<Target<'_>> {
        self.target.as_ref().map(|target| match target {
            OwnedTarget::Classes { codes, names } => Target::Classes { codes, names },
            OwnedTarget::Values(values) => Target::Values(values),
        })
    }
}

/// A checked table where a model can see it: for workers, sealed memory that all of them map.
#[derive(Debug)]
pub struct SharedTable {
    pub(crate) n_rows: usize,
    pub(crate) n_features: usize,
    /// What there is to learn, if there is a target: as `check_target` found it.
    pub(crate) n_classes: Option<Option<usize>>,
    pub(crate) place: Place,
}

#[derive(Debug)]
pub(crate) enum Place {
    Here(OwnedTable),
    Sealed(Sealed),
}

impl SharedTable {
    /// How much memory it takes, in bytes.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        match &self.place {
            Place::Here(table) => (table.values.len() * size_of::<f64>()) as u64,
            Place::Sealed(memory) => memory.len(),
        }
    }
}

/// How a table lies in sealed memory: the length of this header, the header as JSON, the values and
/// the target, each aligned.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    n_rows: usize,
    n_features: usize,
    feature_names: Vec<String>,
    target: TargetHeader,
}

#[derive(Debug, Serialize, Deserialize)]
enum TargetHeader {
    None,
    Values,
    Classes(Vec<String>),
}

/// Seals a checked table.
pub(crate) fn seal(table: &Table<'_>) -> Result<Sealed> {
    let header = Header {
        n_rows: table.n_rows(),
        n_features: table.n_features(),
        feature_names: table.feature_names().to_vec(),
        target: match table.target() {
            None => TargetHeader::None,
            Some(Target::Values(_)) => TargetHeader::Values,
            Some(Target::Classes { names, .. }) => TargetHeader::Classes(names.to_vec()),
        },
    };
    let sealed = serde_json::to_vec(&header).map_err(io::Error::from).and_then(|header| {
        Sealed::new("surmise-table", |file| {
            let mut at = write(file, 0, &(header.len() as u64).to_ne_bytes())?;
            at = write(file, at, &header)?;
            at = write(file, at, bytes_of(table.values()))?;
            match table.target() {
                None => {}
                Some(Target::Values(values)) => drop(write(file, at, bytes_of(values))?),
                Some(Target::Classes { codes, .. }) => drop(write(file, at, bytes_of(codes))?),
            }
            Ok(())
        })
    });
    sealed.map_err(|e| Error::data(format!("it cannot be put into shared memory: {e}")))
}

/// Writes a block and fills up to the next one's place, which is returned.
fn write(file: &mut impl Write, at: usize, bytes: &[u8]) -> io::Result<usize> {
    let end = at + bytes.len();
    let next = end.next_multiple_of(ALIGNMENT);
    file.write_all(bytes)?;
    file.write_all(&[0; ALIGNMENT][..next - end])?;
    Ok(next)
}

/// A number without padding, of which every pattern of bits is a value.
trait Plain: Copy {}
impl Plain for f64 {}
impl Plain for u32 {}

fn bytes_of<T: Plain>(values: &[T]) -> &[u8] {
    // SAFETY: plain numbers may be read as bytes.
    unsafe { slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

/// A table in sealed memory, as a worker sees it.
pub(crate) struct MappedTable {
    memory: Mapping,
    header: Header,
    /// Where the values begin.
    values_at: usize,
}

impl MappedTable {
    pub(crate) fn new(memory: Mapping) -> io::Result<Self> {
        let cut = || io::Error::other("a table in shared memory is cut short");
        let len = memory.first_chunk().ok_or_else(cut)?;
        let len = usize::try_from(u64::from_ne_bytes(*len)).map_err(io::Error::other)?;
        let end = ALIGNMENT.checked_add(len).ok_or_else(cut)?;
        let header = serde_json::from_slice(memory.get(ALIGNMENT..end).ok_or_else(cut)?)?;
        Ok(Self { memory, header, values_at: end.next_multiple_of(ALIGNMENT) })
    }

    pub(crate) fn table(&self) -> io::Result<Table<'_>> {
        let Header { n_rows, n_features, feature_names, target } = &self.header;
        let n_values = n_rows.checked_mul(*n_features).ok_or(io::ErrorKind::OutOfMemory)?;
        let values = self.block(self.values_at, n_values)?;
        let target_at = (self.values_at + size_of_val(values)).next_multiple_of(ALIGNMENT);
        let target = match target {
            TargetHeader::None => None,
            TargetHeader::Values => Some(Target::Values(self.block(target_at, *n_rows)?)),
            TargetHeader::Classes(names) => {
                Some(Target::Classes { codes: self.block(target_at, *n_rows)?, names })
            }
        };
        Ok(Table::checked(*n_rows, *n_features, values, feature_names, target))
    }

    fn block<T: Plain>(&self, at: usize, n: usize) -> io::Result<&[T]> {
        let cut = || io::Error::other("a table in shared memory is cut short");
        let end = n.checked_mul(size_of::<T>()).and_then(|len| at.checked_add(len));
        let bytes = self.memory.get(at..end.ok_or_else(cut)?).ok_or_else(cut)?;
        // SAFETY: every pattern of bits is a value of this type.
        let (before, values, _) = unsafe { bytes.align_to() };
        if before.is_empty() && values.len() == n { Ok(values) } else { Err(cut()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(table: &OwnedTable) -> MappedTable {
        let sealed = seal(&table.table().expect("good")).expect("sealed");
        MappedTable::new(sealed.map().expect("mapped")).expect("readable")
    }

    #[test]
    fn a_table_comes_back_with_every_bit() {
        let names: Vec<String> = ["größe", "b"].map(String::from).to_vec();
        let values = vec![1.0, f64::NAN, -0.0, 5e-324, 1e308, 0.1];
        for target in [
            None,
            Some(OwnedTarget::Values(vec![0.5, -1.0, 2.0])),
            Some(OwnedTarget::Classes { codes: vec![1, 0, 1], names: names.clone() }),
        ] {
            let owned = OwnedTable {
                n_rows: 3,
                n_features: 2,
                values: values.clone(),
                feature_names: names.clone(),
                target,
            };
            let mapped = round_trip(&owned);
            let table = mapped.table().expect("good");
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(table.values()), bits(&owned.values));
            assert_eq!(table.feature_names(), names);
            assert_eq!(format!("{:?}", table.target()), format!("{:?}", owned.target()));
            assert_eq!(table.values().as_ptr() as usize % ALIGNMENT, 0);
        }
    }

    #[test]
    fn no_rows_are_a_table() {
        let owned = OwnedTable {
            n_rows: 0,
            n_features: 2,
            values: Vec::new(),
            feature_names: Vec::new(),
            target: None,
        };
        assert_eq!(round_trip(&owned).table().expect("good").n_rows(), 0);
    }

    #[test]
    fn memory_that_is_cut_short_is_no_table() {
        let sealed = Sealed::new("t", |file| file.write_all(&[0xff; 80])).expect("sealed");
        assert!(MappedTable::new(sealed.map().expect("mapped")).is_err());
    }
}
