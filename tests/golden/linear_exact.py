"""Coefficients of linear models on diabetes, iris and breast cancer, features standardized.

    pip install scikit-learn==1.9.1
    python linear_exact.py > linear_exact.json
"""

import json

import numpy as np
import sklearn
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import (
    ElasticNet,
    HuberRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
)
from sklearn.linear_model._huber import _huber_loss_and_gradient


def standardized(x):
    deviation = x.std(axis=0)
    deviation[deviation == 0] = 1
    return (x - x.mean(axis=0)) / deviation


x, y = load_diabetes(return_X_y=True)
x = standardized(x)
weights = np.array([0.25 + (i * 7 % 5) for i in range(len(y))], dtype=float)
cases = []


def polish(huber, about):
    """Goes on from where the regressor's minimizer thought that it was close enough."""
    rows = weights if about["weighted"] else np.ones(len(y))
    point = np.concatenate([huber.coef_, [huber.intercept_, huber.scale_]])
    arguments = (x, y, huber.epsilon, huber.alpha, rows)
    for _ in range(20):
        point = minimize(
            _huber_loss_and_gradient, point, arguments, "L-BFGS-B", jac=True,
            bounds=[(None, None)] * (len(point) - 1) + [(1e-12, None)],
            options=dict(ftol=0, gtol=1e-9, maxiter=10_000, maxcor=50),
        ).x
    assert np.abs(_huber_loss_and_gradient(point, *arguments)[1]).max() < 1e-4 * len(y)
    huber.coef_, huber.intercept_, huber.scale_ = point[:-2], point[-2], point[-1]


def case(model, fitted, **about):
    is_weighted = about["weighted"]
    fitted.fit(x, y, sample_weight=weights if is_weighted else None)
    if model == "huber":
        polish(fitted, about)
    found = dict(model=model, coef=fitted.coef_.tolist(), intercept=float(fitted.intercept_), **about)
    if model == "huber":
        found["scale"] = float(fitted.scale_)
    cases.append(found)


for weighted in (False, True):
    for fit_intercept in (True, False):
        about = dict(weighted=weighted, fit_intercept=fit_intercept)
        case("ols", LinearRegression(fit_intercept=fit_intercept), alpha=1.0, **about)
        case("ridge", Ridge(10.0, fit_intercept=fit_intercept), alpha=10.0, **about)
        for l1_ratio in (0.1, 0.9):
            net = ElasticNet(0.5, l1_ratio=l1_ratio, fit_intercept=fit_intercept, tol=1e-12, max_iter=100_000)
            case("elastic_net", net, alpha=0.5, l1_ratio=l1_ratio, **about)
        for alpha in (0.0, 1.0):
            poisson = PoissonRegressor(
                alpha=alpha, fit_intercept=fit_intercept, solver="newton-cholesky", tol=1e-12, max_iter=1000
            )
            case("poisson", poisson, alpha=alpha, **about)
    for epsilon in (1.1, 1.35, 2.5):
        for alpha in (1e-4, 100.0):
            huber = HuberRegressor(epsilon=epsilon, alpha=alpha, tol=1e-9, max_iter=100_000)
            case("huber", huber, alpha=alpha, epsilon=epsilon, weighted=weighted, fit_intercept=True)

logistic = []
for name, load in (("iris", load_iris), ("breast_cancer", load_breast_cancer)):
    x, y = load(return_X_y=True)
    x = standardized(x)
    for weighted, balanced, fit_intercept, l1_ratio in (
        (True, False, True, 0.0),
        (False, True, True, 0.0),
        (True, True, False, 0.0),
        (False, False, True, 0.5),
        (True, True, True, 0.5),
        (False, False, False, 0.5),
    ):
        c = 0.1
        rows = np.array([0.5 + i % 3 for i in range(len(y))])
        fitted = LogisticRegression(
            C=c,
            l1_ratio=l1_ratio,
            solver="newton-cg" if l1_ratio == 0 else "saga",
            fit_intercept=fit_intercept,
            class_weight="balanced" if balanced else None,
            tol=1e-12,
            max_iter=200_000,
        ).fit(x, y, sample_weight=rows if weighted else None)
        logistic.append(
            dict(
                data=name, C=c, l1_ratio=l1_ratio, weighted=weighted, balanced=balanced, fit_intercept=fit_intercept,
                coef=fitted.coef_.tolist(), intercept=fitted.intercept_.tolist(),
            )
        )

print(json.dumps(dict(
    meta=dict(sklearn=sklearn.__version__, numpy=np.__version__),
    sample_weight=weights.tolist(), cases=cases, logistic=logistic,
)))
