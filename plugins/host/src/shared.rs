//! Tables that many fits share, here or in workers.

use std::borrow::Cow;
use std::io::{self, Write};
use std::slice;

use serde::{Deserialize, Serialize};
use surmise_core::component::{Layout, ModelInfo};

use crate::data::{Frame, Inputs};
use crate::layout::{Column, Csr, Features, LaidTable};
use crate::sealed::{Mapping, Sealed};
use crate::{Error, Result, Table, Target};

/// Where a block of numbers may begin: the widest vector registers, and a cache line.
const ALIGNMENT: usize = 64;

/// A table that owns its memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OwnedTable {
    /// Number of rows.
    pub n_rows: usize,
    /// Number of features.
    pub n_features: usize,
    /// The features, one row after the other; NaN is a missing value.
    pub values: Vec<f64>,
    /// A name for each feature, or none.
    pub feature_names: Vec<String>,
    /// For each feature the names of its categories, of which its values are places, or `None` for
    /// a number; nothing if all are numbers.
    pub categories: Vec<Option<Vec<String>>>,
    /// What is to be predicted.
    pub target: Option<OwnedTarget>,
    /// How much each row counts; `None` if all count the same.
    pub weights: Option<Vec<f64>>,
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
    /// As [`Table::new`], [`Table::with_categories`] and [`Table::with_weights`].
    pub fn table(&self) -> Result<Table<'_>> {
        let (values, names) = (&self.values, &self.feature_names);
        let table = Table::new(self.n_rows, self.n_features, values, names, self.target())?;
        let table = table.with_categories(&self.categories)?;
        self.weights.as_deref().map_or(Ok(table), |weights| table.with_weights(weights))
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            n_rows: self.n_rows,
            n_features: self.n_features,
            feature_names: &self.feature_names,
            categories: &self.categories,
            target: self.target(),
            weights: self.weights.as_deref(),
        }
    }

    fn target(&self) -> Option<Target<'_>> {
        self.target.as_ref().map(|target| match target {
            OwnedTarget::Classes { codes, names } => Target::Classes { codes, names },
            OwnedTarget::Values(values) => Target::Values(values),
        })
    }
}

/// A checked table where a model can see it, in the layout that the model prefers: for workers,
/// sealed memory that all of them map.
#[derive(Debug)]
pub struct SharedTable {
    pub(crate) owner: Owner,
    pub(crate) n_rows: usize,
    pub(crate) inputs: Inputs,
    /// What there is to learn, if there is a target: as `check_target` found it.
    pub(crate) n_classes: Option<Option<usize>>,
    pub(crate) place: Place,
}

/// The model for which a table was checked and laid out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) sha256: String,
    pub(crate) model: String,
}

#[derive(Debug)]
pub(crate) enum Place {
    Here(Box<Kept>),
    Sealed(Sealed),
}

/// A checked table in this process, laid out once.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its values are gone where another layout has taken their place.
    table: OwnedTable,
    laid: Option<Features<'static>>,
}

impl Kept {
    /// Keeps a checked table.
    pub(crate) fn new(mut table: OwnedTable, layout: Layout) -> Result<Self> {
        let laid = match layout {
            Layout::RowsF64 => None,
            layout => Some(LaidTable::new(&table.table()?, layout)?.features.into_owned()),
        };
        if laid.is_some() {
            table.values = Vec::new();
        }
        Ok(Self { table, laid })
    }

    pub(crate) fn table(&self) -> LaidTable<'_> {
        let features = match &self.laid {
            None => Features::Rows(Cow::Borrowed(&self.table.values)),
            Some(laid) => laid.borrowed(),
        };
        LaidTable { frame: self.table.frame(), features }
    }
}

/// What a model is fitted to.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a> {
    /// The rows that it learns from.
    pub train: &'a SharedTable,
    /// Other rows with their target, for a model that takes them to see when to end.
    pub validation: Option<&'a SharedTable>,
}

impl<'a> From<&'a SharedTable> for Sets<'a> {
    fn from(train: &'a SharedTable) -> Self {
        Self { train, validation: None }
    }
}

impl Sets<'_> {
    /// Refuses tables of another model, and a validation set that the model does not take, or that
    /// is not like the training set.
    pub(crate) fn check(&self, info: &ModelInfo, trained: bool, owner: &Owner) -> Result<()> {
        self.train.check_owner(owner)?;
        let Some(validation) = self.validation else { return Ok(()) };
        validation.check_owner(owner)?;
        let name = &info.component.name;
        if !info.validation && !trained {
            return Err(Error::data(format!("model `{name}` takes no validation set")));
        }
        if validation.n_rows == 0 {
            return Err(Error::data("the validation set has no rows"));
        }
        self.train.inputs.check(&validation.inputs)?;
        match self.train.n_classes == validation.n_classes {
            true => Ok(()),
            false => Err(Error::data("the validation set has another target")),
        }
    }
}

/// A table that another model sees.
pub(crate) fn elsewhere() -> Error {
    Error::data("this table is shared with another model, or where that runs elsewhere")
}

impl SharedTable {
    /// Refuses a table that was checked and laid out for another model.
    pub(crate) fn check_owner(&self, owner: &Owner) -> Result<()> {
        if self.owner == *owner { Ok(()) } else { Err(elsewhere()) }
    }

    pub(crate) fn kept(&self) -> Result<&Kept> {
        match &self.place {
            Place::Here(kept) => Ok(kept),
            Place::Sealed(_) => Err(elsewhere()),
        }
    }

    pub(crate) fn sealed(&self) -> Result<&Sealed> {
        match &self.place {
            Place::Sealed(memory) => Ok(memory),
            Place::Here(_) => Err(elsewhere()),
        }
    }

    /// How much memory it takes, in bytes.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        match &self.place {
            Place::Here(kept) => kept.table().features.n_bytes() as u64,
            Place::Sealed(memory) => memory.len(),
        }
    }
}

/// How a table lies in sealed memory: the length of this header, the header as JSON, the features,
/// the target and the weights. Each block of numbers is aligned.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    n_rows: usize,
    n_features: usize,
    feature_names: Vec<String>,
    categories: Vec<Option<Vec<String>>>,
    layout: Layout,
    /// How many values are stored, of sparse rows.
    n_stored: usize,
    target: TargetHeader,
    has_weights: bool,
}

#[derive(Debug, Serialize, Deserialize)]
enum TargetHeader {
    None,
    Values,
    Classes(Vec<String>),
}

impl Header {
    fn of(LaidTable { frame, features }: &LaidTable<'_>) -> Self {
        Self {
            n_rows: frame.n_rows,
            n_features: frame.n_features,
            feature_names: frame.feature_names.to_vec(),
            categories: frame.categories.to_vec(),
            layout: features.layout(),
            n_stored: match features {
                Features::Csr(csr) => csr.values.len(),
                Features::CsrF32(csr) => csr.values.len(),
                _ => 0,
            },
            target: match frame.target {
                None => TargetHeader::None,
                Some(Target::Values(_)) => TargetHeader::Values,
                Some(Target::Classes { names, .. }) => TargetHeader::Classes(names.to_vec()),
            },
            has_weights: frame.weights.is_some(),
        }
    }
}

/// Seals a table.
pub(crate) fn seal(table: &LaidTable<'_>) -> Result<Sealed> {
    let header = serde_json::to_vec(&Header::of(table)).map_err(io::Error::from);
    let sealed = header.and_then(|header| {
        Sealed::new("surmise-table", |file| {
            write(file, &(header.len() as u64).to_ne_bytes())?;
            write(file, &header)?;
            write_features(file, &table.features)?;
            match table.frame.target {
                None => {}
                Some(Target::Values(values)) => write(file, values)?,
                Some(Target::Classes { codes, .. }) => write(file, codes)?,
            }
            table.frame.weights.map_or(Ok(()), |weights| write(file, weights))
        })
    });
    sealed.map_err(|e| Error::data(format!("it cannot be put into shared memory: {e}")))
}

fn write_features(file: &mut impl Write, features: &Features<'_>) -> io::Result<()> {
    fn write_csr<T: Plain>(file: &mut impl Write, csr: &Csr<'_, T>) -> io::Result<()> {
        write(file, &csr.indptr)?;
        write(file, &csr.indices)?;
        write(file, &csr.values)
    }
    match features {
        Features::Rows(values) => write(file, values),
        Features::RowsF32(values) => write(file, values),
        Features::Csr(csr) => write_csr(file, csr),
        Features::CsrF32(csr) => write_csr(file, csr),
        Features::Columns(columns) => columns.iter().try_for_each(|column| match column {
            Column::Numbers(values) => write(file, values),
            Column::Codes(codes) => write(file, codes),
        }),
    }
}

/// Writes a block and fills up to where the next one may begin.
fn write<T: Plain>(file: &mut impl Write, values: &[T]) -> io::Result<()> {
    let n_bytes = size_of_val(values);
    // SAFETY: plain numbers may be read as bytes.
    let bytes = unsafe { slice::from_raw_parts(values.as_ptr().cast(), n_bytes) };
    file.write_all(bytes)?;
    file.write_all(&[0; ALIGNMENT][..n_bytes.next_multiple_of(ALIGNMENT) - n_bytes])
}

/// A number without padding, of which every pattern of bits is a value.
trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for i32 {}
impl Plain for u32 {}
impl Plain for u64 {}
impl Plain for f32 {}
impl Plain for f64 {}

/// A table in sealed memory, as a worker sees it.
pub(crate) struct MappedTable {
    memory: Mapping,
    header: Header,
    /// Where the features begin.
    features_at: usize,
}

impl MappedTable {
    pub(crate) fn new(memory: Mapping) -> io::Result<Self> {
        let mut reader = Reader { memory: &memory, at: 0 };
        let len = reader.block::<u64>(1)?[0];
        let header = reader.block::<u8>(usize::try_from(len).map_err(io::Error::other)?)?;
        let (header, features_at) = (serde_json::from_slice(header)?, reader.at);
        Ok(Self { memory, header, features_at })
    }

    pub(crate) fn table(&self) -> io::Result<LaidTable<'_>> {
        let header = &self.header;
        let mut reader = Reader { memory: &self.memory, at: self.features_at };
        let features = reader.features(header)?;
        let n_rows = header.n_rows;
        let target = match &header.target {
            TargetHeader::None => None,
            TargetHeader::Values => Some(Target::Values(reader.block(n_rows)?)),
            TargetHeader::Classes(names) => {
                Some(Target::Classes { codes: reader.block(n_rows)?, names })
            }
        };
        let frame = Frame {
            n_rows,
            n_features: header.n_features,
            feature_names: &header.feature_names,
            categories: &header.categories,
            target,
            weights: header.has_weights.then(|| reader.block(n_rows)).transpose()?,
        };
        Ok(LaidTable { frame, features })
    }
}

/// Takes block after block of sealed memory.
struct Reader<'a> {
    memory: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn features(&mut self, header: &Header) -> io::Result<Features<'a>> {
        let (n_rows, n_features) = (header.n_rows, header.n_features);
        let n_values = n_rows.checked_mul(n_features).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(match header.layout {
            Layout::RowsF64 => Features::Rows(self.numbers(n_values)?),
            Layout::RowsF32 => Features::RowsF32(self.numbers(n_values)?),
            Layout::CsrF64 => Features::Csr(self.csr(header)?),
            Layout::CsrF32 => Features::CsrF32(self.csr(header)?),
            Layout::Columns => {
                let column = |j: usize| match header.categories.get(j) {
                    Some(Some(_)) => Ok(Column::Codes(self.numbers(n_rows)?)),
                    _ => Ok(Column::Numbers(self.numbers(n_rows)?)),
                };
                Features::Columns((0..n_features).map(column).collect::<io::Result<_>>()?)
            }
        })
    }

    fn csr<T: Plain>(&mut self, header: &Header) -> io::Result<Csr<'a, T>> {
        let n_offsets = header.n_rows.checked_add(1).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Csr {
            indptr: self.numbers(n_offsets)?,
            indices: self.numbers(header.n_stored)?,
            values: self.numbers(header.n_stored)?,
        })
    }

    fn numbers<T: Plain>(&mut self, n: usize) -> io::Result<Cow<'a, [T]>> {
        self.block(n).map(Cow::Borrowed)
    }

    fn block<T: Plain>(&mut self, n: usize) -> io::Result<&'a [T]> {
        let cut = || io::Error::other("a table in shared memory is cut short");
        let end = n.checked_mul(size_of::<T>()).and_then(|len| self.at.checked_add(len));
        let end = end.ok_or_else(cut)?;
        let bytes = self.memory.get(self.at..end).ok_or_else(cut)?;
        self.at = end.checked_next_multiple_of(ALIGNMENT).ok_or_else(cut)?;
        // SAFETY: every pattern of bits is a value of this type.
        let (before, values, _) = unsafe { bytes.align_to() };
        if before.is_empty() && values.len() == n { Ok(values) } else { Err(cut()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal_as(table: &OwnedTable, layout: Layout) -> MappedTable {
        let laid = LaidTable::new(&table.table().expect("good"), layout).expect("laid out");
        MappedTable::new(seal(&laid).expect("sealed").map().expect("mapped")).expect("readable")
    }

    fn rows(values: &[f64]) -> OwnedTable {
        OwnedTable { n_rows: 3, n_features: 2, values: values.to_vec(), ..OwnedTable::default() }
    }

    #[test]
    fn a_table_comes_back_with_every_bit() {
        let names: Vec<String> = ["größe", "b"].map(String::from).to_vec();
        let values = [1.0, f64::NAN, -0.0, 5e-324, 1e308, 0.1];
        for target in [
            None,
            Some(OwnedTarget::Values(vec![0.5, -1.0, 2.0])),
            Some(OwnedTarget::Classes { codes: vec![1, 0, 1], names: names.clone() }),
        ] {
            let owned = OwnedTable {
                feature_names: names.clone(),
                target,
                weights: Some(vec![0.0, 5e-324, 1e308]),
                ..rows(&values)
            };
            let mapped = seal_as(&owned, Layout::RowsF64);
            let LaidTable { frame, features: Features::Rows(found) } =
                mapped.table().expect("good")
            else {
                panic!("other features")
            };
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(&values));
            assert_eq!(frame.feature_names, names);
            assert_eq!(format!("{:?}", frame.target), format!("{:?}", owned.target()));
            let weights = frame.weights.expect("there");
            assert_eq!(bits(weights), bits(&[0.0, 5e-324, 1e308]));
            for block in [&found[..], weights] {
                assert_eq!(block.as_ptr() as usize % ALIGNMENT, 0);
            }
        }
    }

    #[test]
    fn every_layout_comes_back_as_it_was() {
        let names = ["u", "v"].map(String::from).to_vec();
        let numbers = rows(&[1.0, 0.0, 0.0, f64::NAN, 0.0, -2.5]);
        let mixed = OwnedTable {
            categories: vec![Some(names), None],
            ..rows(&[1.0, 0.5, -0.0, 1.5, f64::NAN, 0.0])
        };
        for (table, layout) in [
            (&numbers, Layout::RowsF64),
            (&numbers, Layout::RowsF32),
            (&numbers, Layout::CsrF64),
            (&numbers, Layout::CsrF32),
            (&numbers, Layout::Columns),
            (&mixed, Layout::Columns),
        ] {
            let here = Kept::new(table.clone(), layout).expect("kept");
            let mapped = seal_as(table, layout);
            let there = mapped.table().expect("good");
            assert_eq!(format!("{there:?}"), format!("{:?}", here.table()));
            assert_eq!(there.features.layout(), layout);
        }
    }

    #[test]
    fn no_rows_are_a_table() {
        let owned = OwnedTable { n_features: 2, ..OwnedTable::default() };
        for layout in Layout::ALL {
            assert_eq!(seal_as(&owned, layout).table().expect("good").frame.n_rows, 0);
        }
    }

    #[test]
    fn memory_that_is_cut_short_is_no_table() {
        let sealed = Sealed::new("t", |file| file.write_all(&[0xff; 80])).expect("sealed");
        assert!(MappedTable::new(sealed.map().expect("mapped")).is_err());
    }
}
