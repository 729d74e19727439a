"""scikit-learn on the work of `benches/linear.rs`: CPU milliseconds, minimum and median of N repeats.

    pip install scikit-learn==1.9.1
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python sklearn_linear.py [N]
"""

import statistics
import sys
import time

import numpy
import sklearn
from sklearn.datasets import load_digits
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 5


def uniform(first, n):
    """Draws `first`, `first + 1`, .. of SplitMix64 from 0."""
    with numpy.errstate(over="ignore"):
        state = numpy.uint64(0x9E3779B97F4A7C15) * numpy.arange(first + 1, first + n + 1, dtype=numpy.uint64)
        z = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> numpy.uint64(31))) >> numpy.uint64(11)) / 2.0**53


def made(n_rows, n_features):
    n_factors = n_features // 4
    mix = 2 * uniform(0, n_factors * n_features).reshape(n_factors, n_features) - 1
    effects = (2 * uniform(n_factors * n_features, n_features) - 1) * (numpy.arange(n_features) % 3 == 0)
    width = n_factors + n_features + 1
    draws = uniform((n_factors + 1) * n_features, n_rows * width).reshape(n_rows, width)
    rows = 2 * draws[:, n_factors:-1] - 1 + (2 * draws[:, :n_factors] - 1) @ mix
    return numpy.ascontiguousarray(rows), rows @ effects + 4 * draws[:, -1] - 2


def measure(name, work):
    work()
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    print(f"{name:24} min {min(seconds) * 1e3:9.3f} ms   median {statistics.median(seconds) * 1e3:9.3f} ms", flush=True)


print(f"scikit-learn {sklearn.__version__}, CPU time, {REPEATS} repeats")
x, y = made(50_000, 100)
measure("ridge_50k100", lambda: Ridge().fit(x, y))
measure("lasso_50k100", lambda: Lasso(0.01).fit(x, y))
measure("elastic_net_50k100", lambda: ElasticNet(0.01).fit(x, y))
for n_features in (20, 100):
    x, y = made(50_000, n_features)
    y = (y > 0).astype(int)
    measure(f"logistic_50k{n_features}", lambda: LogisticRegression(max_iter=1000).fit(x, y))
    measure(f"gaussian_nb_50k{n_features}", lambda: GaussianNB().fit(x, y))
x, y = load_digits(return_X_y=True)
deviation = x.std(axis=0)
deviation[deviation == 0] = 1
x = (x - x.mean(axis=0)) / deviation
measure("logistic_digits", lambda: LogisticRegression(max_iter=1000).fit(x[360:], y[360:]))
if REPEATS <= 5:
    l1 = LogisticRegression(l1_ratio=1.0, C=0.1, solver="saga", max_iter=10_000)
    measure("logistic_l1_digits", lambda: l1.fit(x[360:], y[360:]))
knn = KNeighborsClassifier(n_jobs=1).fit(x[360:], y[360:])
measure("knn_digits_predict", lambda: knn.predict(x[:360]))
x, y = made(52_000, 20)
y = (y > 0).astype(int)
knn = KNeighborsClassifier(n_jobs=1, algorithm="brute").fit(x[2000:], y[2000:])
measure("knn_50k20_predict", lambda: knn.predict(x[:2000]))
