//! Sizes of images, and work that is divided by images.

use std::thread;

/// Images that are worked on together. Slopes are summed within such a group first, whatever the
/// number of threads.
pub(crate) const TOGETHER: usize = 8;

/// The size of an image, whose numbers lie row by row, pixel by pixel, channel by channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) channels: usize,
}

impl Image {
    pub(crate) fn len(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Numbers in a row of pixels.
    pub(crate) fn row(self) -> usize {
        self.width * self.channels
    }

    /// With this many pixels more on each side.
    pub(crate) fn framed(self, by: usize) -> Self {
        Self { height: self.height + 2 * by, width: self.width + 2 * by, ..self }
    }

    /// Height and width of a square window that is cut to the image: to a row of pixels it is a
    /// row, too.
    pub(crate) fn cut(self, side: usize) -> (usize, usize) {
        (side.min(self.height), side.min(self.width))
    }

    /// Where windows of this height and width, no larger than the image, leave one number for each
    /// channel.
    pub(crate) fn windows(self, window: (usize, usize), stride: usize, channels: usize) -> Self {
        let height = (self.height - window.0) / stride + 1;
        let width = (self.width - window.1) / stride + 1;
        Self { height, width, channels }
    }

    /// Copies an image into the middle of a larger one, each pixel `apart` from the next.
    pub(crate) fn place<T: Copy>(
        self,
        image: &[T],
        (frame, apart): ((usize, usize), usize),
        into: Self,
        out: &mut [T],
    ) {
        for (y, row) in image.chunks_exact(self.row()).enumerate() {
            let out = &mut out[(frame.0 + y * apart) * into.row()..][frame.1 * self.channels..];
            if apart == 1 {
                out[..self.row()].copy_from_slice(row);
                continue;
            }
            let pixels = row.chunks_exact(self.channels);
            for (pixel, out) in pixels.zip(out.chunks_mut(apart * self.channels)) {
                out[..self.channels].copy_from_slice(pixel);
            }
        }
    }
}

/// Does all jobs, neighbours in the same thread; each thread has a worker of its own.
pub(crate) fn share<J: Send, W: Default + Send>(
    jobs: impl Iterator<Item = J>,
    workers: &mut Vec<W>,
    n_threads: usize,
    work: impl Fn(J, &mut W) + Sync,
) {
    if workers.len() < n_threads.max(1) {
        workers.resize_with(n_threads.max(1), W::default);
    }
    if n_threads < 2 {
        return jobs.for_each(|job| work(job, &mut workers[0]));
    }
    let mut jobs: Vec<J> = jobs.collect();
    let each = jobs.len().div_ceil(n_threads).max(1);
    thread::scope(|scope| {
        for worker in workers.iter_mut() {
            let own: Vec<J> = jobs.drain(..each.min(jobs.len())).collect();
            let work = &work;
            scope.spawn(move || own.into_iter().for_each(|job| work(job, worker)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_counted_as_usual() {
        let image = Image { height: 28, width: 27, channels: 1 };
        let out = image.windows(image.cut(3), 2, 4);
        assert_eq!(out, Image { height: 13, width: 13, channels: 4 });
        let row = Image { height: 1, width: 9, channels: 1 };
        assert_eq!(row.cut(3), (1, 3));
        assert_eq!(row.windows((1, 3), 2, 5), Image { height: 1, width: 4, channels: 5 });
    }

    #[test]
    fn images_are_placed_with_gaps() {
        let image = Image { height: 2, width: 2, channels: 1 };
        let into = Image { height: 5, width: 5, channels: 1 };
        let mut out = [0; 25];
        image.place(&[1, 2, 3, 4], ((1, 1), 2), into, &mut out);
        let expected =
            [[0, 0, 0, 0, 0], [0, 1, 0, 2, 0], [0, 0, 0, 0, 0], [0, 3, 0, 4, 0], [0, 0, 0, 0, 0]];
        assert_eq!(out, expected.concat().as_slice());
    }

    #[test]
    fn every_job_is_done_once_on_any_number_of_threads() {
        for n_threads in [1, 2, 3, 8] {
            let mut done = [0_u8; 5];
            let mut workers = Vec::<()>::new();
            share(done.iter_mut(), &mut workers, n_threads, |job, ()| *job += 1);
            assert_eq!(done, [1; 5], "{n_threads}");
        }
    }
}
