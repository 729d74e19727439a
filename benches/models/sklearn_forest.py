"""scikit-learn on the work of `benches/forest.rs`: CPU seconds, minimum and median of N repeats.

    pip install scikit-learn==1.9.1
    OMP_NUM_THREADS=1 python sklearn_forest.py [N]
"""

import statistics
import sys
import time

import numpy
import sklearn
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


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


def measure(name, work):
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    print(f"{name:28} min {min(seconds) * 1e3:9.3f} ms   median {statistics.median(seconds) * 1e3:9.3f} ms", flush=True)


def both(name, x, y, held_out):
    measure(f"forest_{name}_fit", lambda: RandomForestClassifier(n_jobs=1).fit(x, y))
    measure(f"extra_trees_{name}_fit", lambda: ExtraTreesClassifier(n_jobs=1).fit(x, y))
    fitted = RandomForestClassifier(n_jobs=1).fit(x, y)
    measure(f"forest_{name}_predict", lambda: fitted.predict_proba(held_out))


print(f"scikit-learn {sklearn.__version__}, CPU time, {REPEATS} repeats")
digits_x, digits_y = load_digits(return_X_y=True)
both("digits", digits_x[360:], digits_y[360:], digits_x[:360])
made_x, made_y = made(60_000)
both("50k", made_x[:50_000], made_y[:50_000], made_x[50_000:])
