//! Convolutions, forward and back, as products that read images where they lie.
//!
//! With the channels of a pixel next to each other, the numbers under one row of a kernel are one
//! piece of the image: a row of output pixels is a product of overlapping pieces with the kernels,
//! without a copy for each kernel position ("im2col").

use surmise_plugin_sdk::{Block, Blocks, Real, View, ViewMut};

use crate::image::{Image, TOGETHER};
use crate::product::{Left, Out, Right, Room, Start, add_alone};
use crate::shelf::sized;
use crate::start::{Fan, Initialization};

/// Side, stride and padding of kernels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) size: usize,
    pub(crate) stride: usize,
    pub(crate) padding: usize,
}

/// One layer: a kernel `height × width × channels` for each channel that comes out.
#[derive(Debug)]
pub(crate) struct Conv {
    weights: Block,
    biases: Block,
    window: Window,
    kernel: (usize, usize),
    image: Image,
    input: Image,
    output: Image,
    /// Where the rows of output pixels begin in the inputs of a group of images.
    rows: Vec<usize>,
    /// Where the rows of input pixels begin in the spread slopes of a group of images.
    back_rows: Vec<usize>,
    /// Where the rows of a kernel begin.
    kernel_rows: Vec<usize>,
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub(crate) struct ConvRoom<T> {
    pub(crate) product: Room<T>,
    spread: Vec<T>,
}

impl Conv {
    pub(crate) fn declare(
        blocks: &mut Blocks,
        name: &str,
        init: Initialization,
        window: Window,
        (image, channels): (Image, usize),
    ) -> Self {
        let Window { size, stride, padding } = window;
        let input = image.framed(padding);
        let kernel = input.cut(size);
        let output = input.windows(kernel, stride, channels);
        let n_places = kernel.0 * kernel.1;
        let fan = Fan { inputs: n_places * image.channels, outputs: n_places * channels };
        let (weights, biases) = init.declare(blocks, name, channels, fan);
        let spread = Self::spread_size(input, kernel, channels);
        let starts = |n: usize, first: usize, len: usize, row: usize| -> Vec<usize> {
            let images = (0..TOGETHER).map(|i| i * len + first);
            images.flat_map(|start| (0..n).map(move |y| start + y * row)).collect()
        };
        let first = padding * (spread.row() + channels);
        Self {
            rows: starts(output.height, 0, input.len(), stride * input.row()),
            back_rows: starts(image.height, first, spread.len(), spread.row()),
            kernel_rows: (0..kernel.0).map(|y| y * input.row()).collect(),
            weights,
            biases,
            window,
            kernel,
            image,
            input,
            output,
        }
    }

    /// The padded image that goes in.
    pub(crate) fn input(&self) -> Image {
        self.input
    }

    /// The image without padding.
    pub(crate) fn image(&self) -> Image {
        self.image
    }

    pub(crate) fn padding(&self) -> usize {
        self.window.padding
    }

    pub(crate) fn output(&self) -> Image {
        self.output
    }

    /// How many numbers [`add_slopes`](Conv::add_slopes) needs for a group of images.
    pub(crate) fn n_slopes(&self) -> usize {
        self.weights.len() + self.biases.len()
    }

    fn n_weights(&self) -> usize {
        self.weights.cols()
    }

    fn spread_size(input: Image, kernel: (usize, usize), channels: usize) -> Image {
        let (height, width) = (input.height + kernel.0 - 1, input.width + kernel.1 - 1);
        Image { height, width, channels }
    }

    /// `z` of a group of padded images.
    pub(crate) fn forward<T: Real>(
        &self,
        params: View<'_, T>,
        x: &[T],
        z: &mut [T],
        room: &mut ConvRoom<T>,
    ) {
        let channels = self.output.channels;
        for z in z.chunks_exact_mut(channels) {
            z.copy_from_slice(&params[self.biases]);
        }
        let n_images = z.len() / self.output.len();
        let left = Left {
            values: x,
            groups: &self.rows[..n_images * self.output.height],
            n_rows: self.output.width,
            row: self.window.stride * self.image.channels,
            step: 1,
            len: self.kernel.1 * self.image.channels,
            segment: self.input.row(),
        };
        let weights = &params[self.weights];
        let right = Right::transposed(weights, self.n_weights(), channels, self.n_weights());
        let out = Out { values: z, stride: channels, start: Start::There };
        add_alone(left, right, out, &mut room.product);
    }

    /// Adds a group's slopes by the transposed weights and by the biases, from those by `z`.
    pub(crate) fn add_slopes<T: Real>(
        &self,
        x: &[T],
        d: &[T],
        slopes: &mut [T],
        room: &mut ConvRoom<T>,
    ) {
        let channels = self.output.channels;
        let (weights, biases) = slopes.split_at_mut(self.weights.len());
        for d in d.chunks_exact(channels) {
            for (slope, d) in biases.iter_mut().zip(d) {
                *slope += *d;
            }
        }
        let images = x.chunks_exact(self.input.len()).zip(d.chunks_exact(self.output.len()));
        for (x, d) in images {
            let left = Left {
                values: x,
                groups: &self.kernel_rows,
                n_rows: self.kernel.1 * self.image.channels,
                row: 1,
                step: self.window.stride * self.image.channels,
                len: self.output.width,
                segment: self.window.stride * self.input.row(),
            };
            let right = Right::rows(d, self.output.height * self.output.width, channels);
            let out = Out { values: weights, stride: channels, start: Start::There };
            add_alone(left, right, out, &mut room.product);
        }
    }

    /// Adds what [`add_slopes`](Conv::add_slopes) found to the gradient.
    pub(crate) fn collect<T: Real>(&self, slopes: &[T], gradient: &mut ViewMut<'_, T>) {
        let (weights, biases) = slopes.split_at(self.weights.len());
        for (sum, slope) in gradient[self.biases].iter_mut().zip(biases) {
            *sum += *slope;
        }
        let n = self.n_weights();
        let sums = &mut gradient[self.weights];
        for (k, slopes) in weights.chunks_exact(self.output.channels).enumerate() {
            for (channel, slope) in slopes.iter().enumerate() {
                sums[channel * n + k] += *slope;
            }
        }
    }

    /// The kernels turned by half a circle, `(row, column, channel out) × channel in`.
    pub(crate) fn turn<T: Real>(&self, params: View<'_, T>, turned: &mut Vec<T>) {
        let (n_in, n_out) = (self.image.channels, self.output.channels);
        let turned = sized(turned, self.weights.len());
        let n_places = self.kernel.0 * self.kernel.1;
        for (channel, kernel) in params[self.weights].chunks_exact(self.n_weights()).enumerate() {
            for (place, weights) in kernel.chunks_exact(n_in).enumerate() {
                let row = (n_places - 1 - place) * n_out + channel;
                turned[row * n_in..][..n_in].copy_from_slice(weights);
            }
        }
    }

    /// The slopes `dx` by a group of images without their padding, from those by `z`: those,
    /// spread by the stride and framed, convolved with the turned kernels.
    pub(crate) fn back_to_input<T: Real>(
        &self,
        turned: &[T],
        d: &[T],
        dx: &mut [T],
        room: &mut ConvRoom<T>,
    ) {
        let (kernel, stride) = (self.kernel, self.window.stride);
        let (n_in, n_out) = (self.image.channels, self.output.channels);
        let n_images = d.len() / self.output.len();
        let spread_size = Self::spread_size(self.input, kernel, n_out);
        let spread = sized(&mut room.spread, n_images * spread_size.len());
        spread.fill(T::zero());
        let images = d.chunks_exact(self.output.len());
        for (d, spread) in images.zip(spread.chunks_exact_mut(spread_size.len())) {
            self.output.place(d, ((kernel.0 - 1, kernel.1 - 1), stride), spread_size, spread);
        }
        let left = Left {
            values: spread,
            groups: &self.back_rows[..n_images * self.image.height],
            n_rows: self.image.width,
            row: n_out,
            step: 1,
            len: kernel.1 * n_out,
            segment: spread_size.row(),
        };
        let right = Right::rows(&turned[..self.weights.len()], kernel.0 * kernel.1 * n_out, n_in);
        let out = Out { values: dx, stride: n_in, start: Start::Zero };
        add_alone(left, right, out, &mut room.product);
    }
}
