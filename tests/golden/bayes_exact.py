"""Naive Bayes on iris and digits: means or log shares, and joint log likelihoods of some rows.

    pip install scikit-learn==1.9.1
    python bayes_exact.py > bayes_exact.json
"""

import json

import numpy as np
import sklearn
from sklearn.datasets import load_digits, load_iris
from sklearn.naive_bayes import GaussianNB, MultinomialNB

cases = []
for name, load in (("iris", load_iris), ("digits", load_digits)):
    x, y = load(return_X_y=True)
    n_classes = y.max() + 1
    weights = np.array([0.5 + i % 3 for i in range(len(y))])
    for weighted in (False, True):
        rows = weights if weighted else None
        for smoothing in (1e-9, 0.01):
            for uniform in (False, True):
                priors = np.full(n_classes, 1 / n_classes) if uniform else None
                fitted = GaussianNB(priors=priors, var_smoothing=smoothing).fit(x, y, sample_weight=rows)
                cases.append(
                    dict(
                        model="gaussian", data=name, weighted=weighted, smoothing=smoothing, uniform=uniform,
                        proba=fitted.predict_proba(x[::97]).ravel().tolist(), score=fitted.score(x, y),
                        scores=fitted.predict_joint_log_proba(x[::97]).ravel().tolist(),
                    )
                )
        for alpha in (1.0, 0.01):
            for fit_prior in (True, False):
                fitted = MultinomialNB(alpha=alpha, fit_prior=fit_prior).fit(x, y, sample_weight=rows)
                cases.append(
                    dict(
                        model="multinomial", data=name, weighted=weighted, alpha=alpha, fit_prior=fit_prior,
                        proba=fitted.predict_proba(x[::97]).ravel().tolist(), score=fitted.score(x, y),
                        scores=fitted.predict_joint_log_proba(x[::97]).ravel().tolist(),
                    )
                )
print(json.dumps(dict(meta=dict(sklearn=sklearn.__version__, numpy=np.__version__), cases=cases)))
