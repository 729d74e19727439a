//! The rows that are fitted.

use std::path::Path;

/// Rows and class codes.
pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) codes: Vec<u32>,
    pub(crate) n_classes: usize,
}

/// SplitMix64, as in the scripts.
fn uniform(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

impl Table {
    /// Two classes of 16 clouds each in 10 dimensions, 5 sums of those and 5 of noise; of a
    /// hundred rows one has the wrong class.
    pub(crate) fn made(n_rows: usize) -> Self {
        let mut state = 0;
        let centers: Vec<f64> = (0..32 * 10).map(|_| 4.0 * uniform(&mut state) - 2.0).collect();
        let mixes: Vec<f64> = (0..5 * 10).map(|_| 2.0 * uniform(&mut state) - 1.0).collect();
        let (mut rows, mut codes) = (Vec::new(), Vec::new());
        for _ in 0..n_rows {
            let draws: Vec<f64> = (0..2 + 15 * 4).map(|_| uniform(&mut state)).collect();
            let cloud = (draws[0] * 32.0) as usize;
            let normal = |i: usize| 1.7 * (draws[2 + 4 * i..][..4].iter().sum::<f64>() - 2.0);
            let mut row: Vec<f64> = (0..10).map(|i| centers[cloud * 10 + i] + normal(i)).collect();
            for mix in mixes.chunks_exact(10) {
                row.push(mix.iter().zip(&row).map(|(a, b)| a * b).sum());
            }
            row.extend((10..15).map(normal));
            rows.push(row);
            codes.push(u32::from(cloud.is_multiple_of(2)) ^ u32::from(draws[1] < 0.01));
        }
        Self { rows, codes, n_classes: 2 }
    }

    pub(crate) fn digits() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let file = root.join("pipelines/examples/data/digits.csv");
        let text = std::fs::read_to_string(file).expect("the example data is in the repository");
        let numbers = |line: &str| -> Vec<f64> {
            line.split(',').map(|value| value.parse().expect("a number")).collect()
        };
        let mut rows: Vec<Vec<f64>> = text.lines().skip(1).map(numbers).collect();
        let codes = rows.iter_mut().map(|row| row.pop().expect("a class") as u32).collect();
        Self { rows, codes, n_classes: 10 }
    }

    pub(crate) fn slices(&self) -> Vec<&[f64]> {
        self.rows.iter().map(Vec::as_slice).collect()
    }
}
