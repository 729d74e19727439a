"""Makes boosting_exact.json: predictions of few boosted trees, where the bins and every split are determined by the data.

Rows come from SplitMix64, so that any program can make them. Row weights are uneven and leaves not tiny, so that no two splits are
equally good, and trees small enough that none gains a rounding error only. scikit-learn's gradients are f32, so predictions agree to
about 1e-6.

    pip install scikit-learn==1.9.1
    python boosting_exact.py > boosting_exact.json
"""

import json
import sys

import numpy
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

N_TRAIN, N_TEST = 900, 40


def splitmix(seed, n):
    with numpy.errstate(over="ignore"):
        state = numpy.uint64(seed) + numpy.uint64(0x9E3779B97F4A7C15) * numpy.arange(1, n + 1, dtype=numpy.uint64)
        z = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def data(seed, n_classes, missing):
    """Six draws a row: four features (the last two of 16 and 4 distinct values), noise, weight."""
    draws = splitmix(seed, (N_TRAIN + N_TEST) * 6).reshape(-1, 6)
    x = (draws[:, :4] >> numpy.uint64(48)).astype(float) / 64
    x[:, 2] = (draws[:, 2] >> numpy.uint64(60)).astype(float)
    x[:, 3] = (draws[:, 3] >> numpy.uint64(62)).astype(float)
    noise = (draws[:, 4] >> numpy.uint64(54)).astype(float)
    score = x[:, 0] + numpy.abs(x[:, 1] - 512) + x[:, 2] * x[:, 3] * 16 + noise
    weight = ((draws[:, 5] >> numpy.uint64(54)).astype(float) + 1) / 256
    if missing:
        x[(draws[:, 4] & numpy.uint64(7)) == 0, 0] = numpy.nan
        x[(draws[:, 5] & numpy.uint64(15)) == 0, 2] = numpy.nan
    y = numpy.floor(score / 3072 * n_classes).clip(0, n_classes - 1).astype(int) if n_classes else (numpy.floor(score) + 1) / 8
    return x, y, weight


CASES = [
    {"loss": "squared_error", "max_iter": 1},
    {"loss": "squared_error", "max_iter": 3, "weighted": True},
    {"loss": "squared_error", "max_iter": 1, "missing": True, "weighted": True},
    {"loss": "squared_error", "max_iter": 1, "max_depth": 3, "max_leaf_nodes": None, "weighted": True},
    {"loss": "squared_error", "max_iter": 2, "max_bins": 16, "weighted": True},
    {"loss": "squared_error", "max_iter": 2, "max_bins": 16},
    {"loss": "squared_error", "max_iter": 1, "l2_regularization": 40.0, "max_leaf_nodes": 9, "weighted": True},
    {"loss": "squared_error", "max_iter": 3, "monotonic_cst": [-1, 1, 1, 0], "max_leaf_nodes": 12, "weighted": True},
    {"loss": "poisson", "max_iter": 3, "weighted": True},
    {"loss": "gamma", "max_iter": 3, "weighted": True},
    {"loss": "absolute_error", "max_iter": 3},
    {"loss": "log_loss", "n_classes": 2, "max_iter": 3, "weighted": True},
    {"loss": "log_loss", "n_classes": 2, "max_iter": 3, "missing": True, "weighted": True},
    {"loss": "log_loss", "n_classes": 2, "max_iter": 3, "monotonic_cst": [1, -1, 0, 0], "max_leaf_nodes": 12, "weighted": True},
    {"loss": "log_loss", "n_classes": 2, "max_iter": 3, "class_weight": "balanced", "min_samples_leaf": 40},
    {"loss": "log_loss", "n_classes": 3, "max_iter": 3, "max_leaf_nodes": 8, "missing": True, "weighted": True},
]

found = []
for seed, case in enumerate(CASES, start=1):
    params = {key: value for key, value in case.items() if key not in ("n_classes", "missing", "weighted")}
    n_classes = case.get("n_classes", 0)
    x, y, weight = data(seed, n_classes, case.get("missing", False))
    make = HistGradientBoostingClassifier if n_classes else HistGradientBoostingRegressor
    model = make(early_stopping=False, learning_rate=0.5, **params)
    model.fit(x[:N_TRAIN], y[:N_TRAIN], sample_weight=weight[:N_TRAIN] if case.get("weighted") else None)
    predict = model.predict_proba if n_classes else model.predict
    n_leaves = [int(tree.get_n_leaf_nodes()) for trees in model._predictors for tree in trees]
    found.append({"seed": seed, **case, "n_leaves": n_leaves, "predictions": numpy.round(predict(x[N_TRAIN:]), 9).ravel().tolist()})

meta = {"sklearn": sklearn.__version__, "numpy": numpy.__version__, "python": sys.version.split()[0]}
json.dump({"meta": meta, "n_train": N_TRAIN, "n_test": N_TEST, "learning_rate": 0.5, "cases": found}, sys.stdout)
print()
