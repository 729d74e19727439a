//! Rows packed for the kernels: eight rows interleaved, feature by feature.
//!
//! In a panel the values of one feature lie together, so that a kernel of one point against eight
//! rows is eight independent sums over the features in their order, whichever rows share the panel.

use crate::lanes::{Block, LANES, blocks};

/// `len` rows of `width` features in panels of [`LANES`] rows; the last panel is filled up with
/// zeros.
#[derive(Debug, Clone, Default)]
pub(crate) struct Panels {
    data: Vec<f64>,
    len: usize,
    width: usize,
}

impl Panels {
    /// Packs `rows`, each of `width` values.
    pub(crate) fn pack<'a>(width: usize, rows: impl ExactSizeIterator<Item = &'a [f64]>) -> Self {
        let len = rows.len();
        let mut data = vec![0.0; len.next_multiple_of(LANES) * width];
        for (k, row) in rows.enumerate() {
            let start = (k / LANES) * width * LANES + k % LANES;
            for (slot, &value) in data[start..].iter_mut().step_by(LANES).zip(row) {
                *slot = value;
            }
        }
        Self { data, len, width }
    }

    /// The rows again, row-major.
    pub(crate) fn unpack(&self) -> Vec<f64> {
        let rows = self.iter().enumerate().flat_map(|(p, panel)| {
            let held = LANES.min(self.len - p * LANES);
            (0..held).flat_map(move |lane| panel.iter().map(move |feature| feature[lane]))
        });
        rows.collect()
    }

    /// Rows held.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// All panels, one after the other.
    pub(crate) fn blocks(&self) -> &[Block] {
        blocks(&self.data)
    }

    /// The panels in order; each is one block for each feature.
    fn iter(&self) -> impl Iterator<Item = &[Block]> {
        self.blocks().chunks_exact(self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_feature_by_feature() {
        let rows: Vec<[f64; 2]> = (0..9).map(|k| [f64::from(k), f64::from(10 * k)]).collect();
        let panels = Panels::pack(2, rows.iter().map(<[f64; 2]>::as_slice));
        assert_eq!(panels.len(), 9);
        let unpacked: Vec<f64> = rows.iter().flatten().copied().collect();
        assert_eq!(panels.unpack(), unpacked);
        let panels: Vec<&[Block]> = panels.iter().collect();
        assert_eq!(panels[0][0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        assert_eq!(panels[0][1], [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]);
        assert_eq!(panels[1][1], [80.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
