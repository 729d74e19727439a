"""The made rows of `benches/table/mod.rs`."""

import numpy


def uniform(first, n):
    """Draws `first`, `first + 1`, .. of SplitMix64 from 0."""
    with numpy.errstate(over="ignore"):
        state = numpy.uint64(0x9E3779B97F4A7C15) * numpy.arange(first + 1, first + n + 1, dtype=numpy.uint64)
        z = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> numpy.uint64(31))) >> numpy.uint64(11)) / 2.0**53


def made(n_rows):
    centers = 4 * uniform(0, 320).reshape(32, 10) - 2
    mixes = 2 * uniform(320, 50).reshape(5, 10) - 1
    draws = uniform(370, n_rows * 62).reshape(n_rows, 62)
    cloud = (draws[:, 0] * 32).astype(int)
    normal = 1.7 * (draws[:, 2:].reshape(n_rows, 15, 4).sum(axis=2) - 2)
    known = centers[cloud] + normal[:, :10]
    return numpy.hstack([known, known @ mixes.T, normal[:, 10:]]), (cloud % 2 == 0) ^ (draws[:, 1] < 0.01)
