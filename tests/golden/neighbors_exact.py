"""Predictions of KNeighborsRegressor on diabetes, of the rows after the first 300.

    pip install scikit-learn==1.9.1
    python neighbors_exact.py > neighbors_exact.json
"""

import json

import sklearn
from sklearn.datasets import load_diabetes
from sklearn.neighbors import KNeighborsRegressor

x, y = load_diabetes(return_X_y=True)
cases = []
for metric, p in (("euclidean", 2), ("manhattan", 1), ("chebyshev", 2), ("minkowski", 1.5), ("minkowski", 4), ("cosine", 2)):
    for weights in ("uniform", "distance"):
        for n_neighbors in (1, 7):
            fitted = KNeighborsRegressor(
                n_neighbors, weights=weights, metric=metric, p=p, algorithm="brute"
            ).fit(x[:300], y[:300])
            cases.append(
                dict(
                    metric=metric, p=p, weights=weights, n_neighbors=n_neighbors,
                    predictions=fitted.predict(x[300:]).tolist(),
                )
            )
print(json.dumps(dict(meta=dict(sklearn=sklearn.__version__), cases=cases)))
