//! Histograms: for each bin of each feature, the moment of a node's rows that are in it.

use crate::moment::Moment;
use crate::table::{Group, LANES, Table};

/// Which rows of a thread's own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Chosen<'a> {
    All,
    These(&'a [u32]),
}

/// Rows whose moments stay near while all blocks are added up.
const CHUNK: usize = 1024;

/// Fills `histogram` with the moments of the chosen ones of the rows from `first` on, which
/// `moments` belong to. O(rows × features).
pub(crate) fn fill(
    table: &Table,
    first: usize,
    moments: &[Moment],
    chosen: Chosen<'_>,
    histogram: &mut [Moment],
) {
    histogram.fill(Moment::default());
    let mut add = |first: usize, moments: &[Moment], chosen: Chosen<'_>| {
        for block in &table.blocks {
            let places = &mut histogram[block.start..][..LANES * block.width];
            let groups = &block.groups[first..first + moments.len()];
            match block.width {
                16 => add::<16>(groups, moments, chosen, places),
                64 => add::<64>(groups, moments, chosen, places),
                _ => add::<256>(groups, moments, chosen, places),
            }
        }
    };
    match chosen {
        Chosen::These(rows) => {
            rows.chunks(CHUNK).for_each(|rows| add(first, moments, Chosen::These(rows)));
        }
        Chosen::All => {
            for (moments, i) in moments.chunks(CHUNK).zip(0..) {
                add(first + i * CHUNK, moments, chosen);
            }
        }
    }
}

fn add<const WIDTH: usize>(
    groups: &[Group],
    moments: &[Moment],
    chosen: Chosen<'_>,
    places: &mut [Moment],
) {
    let Some(places) = places.as_chunks_mut::<WIDTH>().0.first_chunk_mut::<LANES>() else {
        return;
    };
    let mut one = |group: Group, moment: Moment| {
        for (places, bin) in places.iter_mut().zip(group) {
            places[usize::from(bin) % WIDTH].add(moment);
        }
    };
    match chosen {
        Chosen::All => groups.iter().zip(moments).for_each(|(group, moment)| one(*group, *moment)),
        Chosen::These(rows) => {
            rows.iter().for_each(|&row| one(groups[row as usize], moments[row as usize]));
        }
    }
}
