"""Writes splits_sklearn.json: unshuffled test folds of scikit-learn's KFold and StratifiedKFold.

Run with scikit-learn installed, from this folder: python make_splits.py
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold, StratifiedKFold

warnings.simplefilter("ignore")  # about classes with fewer members than folds, which are meant


def stratified(codes, k):
    codes = np.asarray(codes)
    folds = StratifiedKFold(k).split(np.zeros(len(codes)), codes)
    return {"codes": codes.tolist(), "k": k, "test": [test.tolist() for _, test in folds]}


def plain(n_rows, k):
    return {"n_rows": n_rows, "k": k, "test": [t.tolist() for _, t in KFold(k).split(np.zeros(n_rows))]}


rng = np.random.default_rng(20260101)
imbalanced = rng.permutation([0] * 31 + [1] * 13 + [2] * 7 + [3] * 2)
late_zero = rng.permutation([5] * 11 + [0] * 4)  # codes with gaps, the smallest not first
out = {
    "made_by": f"make_splits.py with scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "kfold": [plain(*case) for case in [(10, 5), (11, 4), (23, 7), (2, 2), (5, 5)]],
    "stratified": [
        stratified(load_iris().target, 5),
        *(stratified(imbalanced, k) for k in (2, 3, 5, 10)),
        *(stratified(late_zero, k) for k in (3, 4, 7)),
    ],
}
with open("splits_sklearn.json", "w") as file:
    json.dump(out, file)
    file.write("\n")
