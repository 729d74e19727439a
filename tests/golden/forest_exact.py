"""Makes forest_exact.json: single trees that see all rows and features, where only exact search gives the same splits.

Rows come from SplitMix64, so that any program can make them. Values are multiples of 1/64, which f32 holds; row weights are
uneven and leaves not tiny, so that no two splits are equally good and the order of features does not matter.

    pip install scikit-learn==1.9.1
    python forest_exact.py > forest_exact.json
"""

import json
import sys

import numpy
import sklearn
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

N_TRAIN, N_TEST, N_FEATURES = 700, 40, 4


def splitmix(seed, n):
    with numpy.errstate(over="ignore"):
        state = numpy.uint64(seed) + numpy.uint64(0x9E3779B97F4A7C15) * numpy.arange(1, n + 1, dtype=numpy.uint64)
        z = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        return z ^ (z >> numpy.uint64(31))


def data(seed, n_classes, missing):
    """Six draws a row: four features, noise, weight."""
    draws = splitmix(seed, (N_TRAIN + N_TEST) * 6).reshape(-1, 6)
    x = (draws[:, :4] >> numpy.uint64(48)).astype(float) / 64
    noise = (draws[:, 4] >> numpy.uint64(54)).astype(float)
    score = x[:, 0] + numpy.abs(x[:, 1] - 512) + x[:, 2] * x[:, 3] / 1024 + noise
    weight = ((draws[:, 5] >> numpy.uint64(54)).astype(float) + 1) / 256
    if missing:
        x[(draws[:, 4] & numpy.uint64(7)) == 0, 0] = numpy.nan
        x[(draws[:, 5] & numpy.uint64(15)) == 0, 2] = numpy.nan
    y = numpy.floor(score / 3072 * n_classes).clip(0, n_classes - 1).astype(int) if n_classes else numpy.floor(score) / 8
    return x, y, weight


CASES = [
    {"criterion": "gini", "n_classes": 2, "min_samples_leaf": 8},
    {"criterion": "gini", "n_classes": 3, "min_samples_leaf": 8},
    {"criterion": "entropy", "n_classes": 2, "min_samples_leaf": 12},
    {"criterion": "entropy", "n_classes": 3, "max_depth": 4},
    {"criterion": "gini", "n_classes": 2, "max_leaf_nodes": 9},
    {"criterion": "gini", "n_classes": 2, "min_weight_fraction_leaf": 0.03},
    {"criterion": "gini", "n_classes": 2, "min_impurity_decrease": 0.004},
    {"criterion": "gini", "n_classes": 2, "min_samples_leaf": 8, "missing": True},
    {"criterion": "entropy", "n_classes": 3, "min_samples_leaf": 8, "missing": True},
    {"criterion": "squared_error", "n_classes": 0, "min_samples_leaf": 8},
    {"criterion": "squared_error", "n_classes": 0, "max_leaf_nodes": 12},
    {"criterion": "squared_error", "n_classes": 0, "min_samples_leaf": 8, "missing": True},
    {"criterion": "squared_error", "n_classes": 0, "min_samples_split": 60, "min_impurity_decrease": 20.0},
    {"criterion": "poisson", "n_classes": 0, "min_samples_leaf": 8},
    {"criterion": "gini", "n_classes": 2, "min_samples_leaf": 8, "ccp_alpha": 0.004},
    {"criterion": "entropy", "n_classes": 3, "min_samples_leaf": 8, "ccp_alpha": 0.012, "missing": True},
    {"criterion": "squared_error", "n_classes": 0, "min_samples_leaf": 8, "ccp_alpha": 60.0},
    {"criterion": "poisson", "n_classes": 0, "min_samples_leaf": 8, "ccp_alpha": 0.3},
]

found = []
for seed, case in enumerate(CASES, start=1):
    params = {key: value for key, value in case.items() if key not in ("n_classes", "missing")}
    x, y, weight = data(seed, case["n_classes"], case.get("missing", False))
    make = DecisionTreeClassifier if case["n_classes"] else DecisionTreeRegressor
    trees = [make(random_state=state, **params).fit(x[:N_TRAIN], y[:N_TRAIN], sample_weight=weight[:N_TRAIN]) for state in range(5)]
    predict = (lambda t: t.predict_proba(x[N_TRAIN:])) if case["n_classes"] else (lambda t: t.predict(x[N_TRAIN:]))
    for tree in trees[1:]:
        assert numpy.array_equal(predict(tree), predict(trees[0])), f"{case}: the order of features matters"
    found.append(
        {
            "seed": seed,
            **case,
            "n_leaves": int(trees[0].get_n_leaves()),
            "predictions": numpy.round(predict(trees[0]), 12).ravel().tolist(),
            "importance": numpy.round(trees[0].feature_importances_, 12).tolist(),
        }
    )

meta = {"sklearn": sklearn.__version__, "numpy": numpy.__version__, "python": sys.version.split()[0]}
json.dump({"meta": meta, "n_train": N_TRAIN, "n_test": N_TEST, "cases": found}, sys.stdout)
print()
