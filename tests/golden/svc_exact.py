"""Makes svc_exact.json: support-vector classifiers on iris, solved exactly.

scikit-learn (libsvm) at a tolerance of 1e-10 tells which duals are 0, at C or between. It keeps kernel values as f32, so
the values themselves are then solved for in f64: with the ones between free, the optimality conditions are linear.

    pip install scikit-learn==1.9.1
    python svc_exact.py > svc_exact.json
"""

import itertools
import json
import sys

import numpy
import sklearn
from sklearn.datasets import load_iris
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

X, y = load_iris(return_X_y=True)
folds = list(StratifiedKFold(5).split(X, y))



def pairs_solved(model, params):
    """Duals as in `dual_coef_` and intercepts from the active set of a fitted one-versus-one model."""
    gram = X @ X.T if params["kernel"] == "linear" else rbf_kernel(X, gamma=params["gamma"])
    gram = gram[numpy.ix_(model.support_, model.support_)]
    classes = y[model.support_]
    duals, intercepts = numpy.zeros_like(model.dual_coef_), []
    for a, b in itertools.combinations(range(3), 2):
        beta = numpy.where(classes == a, model.dual_coef_[b - 1], 0) + numpy.where(classes == b, model.dual_coef_[a], 0)
        free = (numpy.abs(beta) > 1e-7) & (numpy.abs(beta) < params["C"] - 1e-7)
        bound = numpy.where(free, 0, numpy.round(beta / params["C"]) * params["C"])
        sign = numpy.where(classes == a, 1.0, -1.0)
        n = free.sum()
        system = numpy.block([[gram[numpy.ix_(free, free)], numpy.ones((n, 1))], [numpy.ones((1, n)), numpy.zeros((1, 1))]])
        right = numpy.append(sign[free] - (gram @ bound)[free], -bound.sum())
        solved = numpy.linalg.solve(system, right)
        bound[free] = solved[:-1]
        assert numpy.abs(bound - beta).max() < 1e-4
        duals[b - 1] += numpy.where(classes == a, bound, 0)
        duals[a] += numpy.where(classes == b, bound, 0)
        intercepts.append(solved[-1])
    return duals, numpy.array(intercepts)


refits = []
for params in ({"kernel": "rbf", "C": 1.0, "gamma": 0.1}, {"kernel": "rbf", "C": 10.0, "gamma": 1.0}, {"kernel": "linear", "C": 1.0}):
    model = SVC(**params, tol=1e-10).fit(X, y)
    duals, intercepts = pairs_solved(model, params)
    refits.append(
        {
            "params": params,
            "support": model.support_.tolist(),
            "dual_coef": duals.tolist(),
            "intercept": intercepts.tolist(),
        }
    )

grid_n_support = []
for C in (0.1, 1, 10, 100):
    for gamma in (0.1, 0.01, 0.001, 0.0001):
        for kernel in ("rbf", "linear"):
            model = SVC(C=C, gamma=gamma, kernel=kernel, tol=1e-10)
            grid_n_support.append([model.fit(X[train], y[train]).n_support_.tolist() for train, _ in folds])

meta = {"sklearn": sklearn.__version__, "numpy": numpy.__version__, "python": sys.version.split()[0]}
json.dump({"meta": meta, "refits": refits, "grid_n_support": grid_n_support}, sys.stdout)
print()
