//! A row as an image.

use serde::Deserialize;

use crate::Real;

/// In what order a row holds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// Channel, row, column.
    ChannelsFirst,
    /// Row, column, channel.
    ChannelsLast,
}

/// The pixels of a row.
pub(super) struct Image<'a, T> {
    pub(super) pixels: &'a mut [T],
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    pub(super) order: Order,
}

impl<T: Real> Image<'_, T> {
    fn place(&self, row: usize, column: usize, channel: usize) -> usize {
        match self.order {
            Order::ChannelsFirst => (channel * self.height + row) * self.width + column,
            Order::ChannelsLast => (row * self.width + column) * self.channels + channel,
        }
    }

    /// Takes the value of every pixel from where `from` says (row and column, which need not be
    /// whole or inside), by linear interpolation in both.
    pub(super) fn resample(&mut self, from: impl Fn(f64, f64) -> (f64, f64)) {
        let old = self.pixels.to_vec();
        for row in 0..self.height {
            for column in 0..self.width {
                let (r, c) = from(row as f64, column as f64);
                for channel in 0..self.channels {
                    let place = self.place(row, column, channel);
                    self.pixels[place] = self.between(&old, r, c, channel);
                }
            }
        }
    }

    /// Sets the pixels of a rectangle to 0.
    pub(super) fn clear(&mut self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) {
        for row in rows {
            for column in columns.clone() {
                for channel in 0..self.channels {
                    let place = self.place(row, column, channel);
                    self.pixels[place] = T::ZERO;
                }
            }
        }
    }

    fn between(&self, old: &[T], row: f64, column: f64, channel: usize) -> T {
        let (r, c) = (row.floor(), column.floor());
        let (down, right) = (row - r, column - c);
        let at = |r: f64, c: f64, weight: f64| {
            let inside = 0.0 <= r && r < self.height as f64 && 0.0 <= c && c < self.width as f64;
            match inside && weight > 0.0 {
                true => T::of(weight) * old[self.place(r as usize, c as usize, channel)],
                false => T::ZERO,
            }
        };
        (at(r, c, (1.0 - down) * (1.0 - right)) + at(r, c + 1.0, (1.0 - down) * right))
            + (at(r + 1.0, c, down * (1.0 - right)) + at(r + 1.0, c + 1.0, down * right))
    }
}
