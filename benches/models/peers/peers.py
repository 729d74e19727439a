"""The other libraries on the works of `benches/models`: a line of JSON for each.

    python peers.py WORK REPEATS ROWS.json

`benches/models` writes the rows, starts this, and says how many threads libraries may use.
"""

import json
import resource
import sys
import time

import numpy

REPEATS = int(sys.argv[2])


class Rows:
    """The rows that `data.rs` wrote: those that are fitted, and those that are left out."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            about = json.load(file)
        stem = path.removesuffix("json")
        self.all_x = numpy.fromfile(stem + "x").reshape(-1, about["n_features"])
        self.all_y = numpy.fromfile(stem + "y")
        if about["n_classes"]:
            self.all_y = self.all_y.astype(numpy.int64)
        n = about["n_left"]
        self.x, self.y = self.all_x[n:], self.all_y[n:]
        self.left_x, self.left_y = self.all_x[:n], self.all_y[:n]


def tell(library, seconds, score):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu, wall = (min(times) for times in zip(*seconds))
    print(json.dumps({"library": library, "cpu": cpu, "wall": wall, "score": float(score), "peak": peak}), flush=True)


def clocks():
    return time.process_time(), time.perf_counter()


def since(start):
    return tuple(now - before for now, before in zip(clocks(), start))


def repeat(work):
    seconds = []
    for _ in range(REPEATS):
        start = clocks()
        result = work()
        seconds.append(since(start))
    return seconds, result


def sklearn_name():
    import sklearn

    return f"scikit-learn {sklearn.__version__}"


def auc(fitted, rows):
    from sklearn.metrics import roc_auc_score

    return roc_auc_score(rows.left_y, fitted.predict_proba(rows.left_x)[:, 1])


def right(fitted, rows):
    return fitted.score(rows.left_x, rows.left_y)


def fit(make, rows, library=sklearn_name, score=right):
    make().fit(rows.x[:300], rows.y[:300])
    seconds, fitted = repeat(lambda: make().fit(rows.x, rows.y))
    tell(library(), seconds, score(fitted, rows))


def predict(make, rows, library=sklearn_name, score=right, probabilities=False):
    fitted = make().fit(rows.x, rows.y)
    work = fitted.predict_proba if probabilities else fitted.predict
    work(rows.left_x[:10])
    seconds, _ = repeat(lambda: work(rows.left_x))
    tell(library(), seconds, score(fitted, rows))


def grid_search(rows):
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import SVC

    grid = {"C": [0.1, 1, 10, 100], "gamma": [0.1, 0.01, 0.001, 0.0001], "kernel": ["rbf", "linear"]}
    search = lambda: GridSearchCV(SVC(), grid, cv=5, n_jobs=1, refit=False).fit(rows.x, rows.y)
    GridSearchCV(SVC(), {"C": [1]}, cv=5).fit(rows.x, rows.y)
    seconds, found = repeat(search)
    tell(sklearn_name(), seconds, found.best_score_)


def boosters():
    import lightgbm
    import xgboost
    from sklearn.ensemble import HistGradientBoostingClassifier

    lightgbm_name = lambda: f"LightGBM {lightgbm.__version__}"
    xgboost_name = lambda: f"XGBoost {xgboost.__version__}"
    extreme = {"n_estimators": 100, "max_leaves": 31, "max_depth": 0, "grow_policy": "lossguide", "learning_rate": 0.1, "tree_method": "hist"}
    return [
        (sklearn_name, lambda: HistGradientBoostingClassifier(early_stopping=False)),
        (lightgbm_name, lambda: lightgbm.LGBMClassifier(n_jobs=1, verbose=-1)),
        (xgboost_name, lambda: xgboost.XGBClassifier(n_jobs=1, **extreme)),
    ]


def boosting(work, score):
    def all_of_them(rows):
        for library, make in boosters():
            work(make, rows, library, score)

    return all_of_them


def probabilities(make, rows, library, score):
    predict(make, rows, library, score, probabilities=True)


def epochs(build, size):
    """Epochs after the first, as `networks.rs` takes them."""

    def train(rows):
        import torch

        torch.set_num_threads(1)
        # Adam's moments of dead units get subnormal after the first epoch, which takes up to twice the time.
        torch.set_flush_denormal(True)
        torch.manual_seed(0)
        x, y = torch.from_numpy(rows.x.astype(numpy.float32)), torch.from_numpy(rows.y)
        model, loss = build(torch.nn), torch.nn.CrossEntropyLoss()
        adam = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
        seconds = []
        for epoch in range(1 + REPEATS):
            start, total = clocks(), 0.0
            for batch in torch.randperm(len(y)).split(size):
                adam.zero_grad()
                found = loss(model(x[batch]), y[batch])
                found.backward()
                adam.step()
                total += found.item() * len(batch)
            if epoch > 0:
                seconds.append(since(start))
        tell(f"PyTorch {torch.__version__.split('+')[0]}, fused Adam", seconds, total / len(y))

    return train


def product_peak(_):
    """Multiplications and additions of single precision per second: the best of squares."""
    import torch

    torch.set_num_threads(1)
    rates = []
    for n in (256, 512, 1024):
        a, b = torch.rand(n, n), torch.rand(n, n)
        seconds, _ = repeat(lambda: [a @ b for _ in range(2**30 // n**3)])
        rates.append(2 * n**3 * (2**30 // n**3) / min(cpu for cpu, _ in seconds))
    tell(f"PyTorch {torch.__version__.split('+')[0]}", [(1.0, 1.0)], max(rates))


def dense(*widths):
    def build(nn):
        layers = []
        for inputs, outputs in zip((784, *widths), (*widths, 10)):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    return build


def convolutional(nn):
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(1600, 10)),
    )


def of(module, name, **settings):
    """Makes estimators of scikit-learn."""

    def make():
        import importlib

        return getattr(importlib.import_module(f"sklearn.{module}"), name)(**settings)

    return make


forest = of("ensemble", "RandomForestClassifier", n_jobs=1)
logistic = of("linear_model", "LogisticRegression", max_iter=1000)
l1 = of("linear_model", "LogisticRegression", l1_ratio=1.0, C=0.1, solver="saga", max_iter=10_000)


def knn(algorithm):
    return of("neighbors", "KNeighborsClassifier", n_jobs=1, algorithm=algorithm)


def both_searches(rows):
    for algorithm in ("brute", "kd_tree"):
        predict(knn(algorithm), rows, lambda: f"{sklearn_name()}, {algorithm}")


WORKS = {
    "svc_iris_grid": grid_search,
    "svc_digits_fit": lambda rows: fit(of("svm", "SVC"), rows),
    "svc_digits_linear_fit": lambda rows: fit(of("svm", "SVC", kernel="linear"), rows),
    "svc_digits_predict": lambda rows: predict(of("svm", "SVC"), rows),
    "forest_50k_fit": lambda rows: fit(forest, rows),
    "forest_50k_predict": lambda rows: predict(forest, rows),
    "forest_digits_fit": lambda rows: fit(forest, rows),
    "forest_digits_predict": lambda rows: predict(forest, rows),
    "boosting_100k_fit": boosting(fit, auc),
    "boosting_100k_predict": boosting(probabilities, auc),
    "boosting_digits_fit": boosting(fit, right),
    "ridge_50k100": lambda rows: fit(of("linear_model", "Ridge"), rows),
    "lasso_50k100": lambda rows: fit(of("linear_model", "Lasso", alpha=0.01), rows),
    "elastic_net_50k100": lambda rows: fit(of("linear_model", "ElasticNet", alpha=0.01), rows),
    "logistic_50k20": lambda rows: fit(logistic, rows),
    "logistic_50k100": lambda rows: fit(logistic, rows),
    "logistic_digits": lambda rows: fit(logistic, rows),
    "logistic_l1_digits": lambda rows: fit(l1, rows),
    "gaussian_nb_50k100": lambda rows: fit(of("naive_bayes", "GaussianNB"), rows),
    "knn_digits_predict": both_searches,
    "knn_50k20_predict": both_searches,
    "mlp_128_b128": epochs(dense(128), 128),
    "mlp_128_b32": epochs(dense(128), 32),
    "mlp_512x512_b128": epochs(dense(512, 512), 128),
    "cnn_32_64_b64": epochs(convolutional, 64),
    "product_peak": product_peak,
}

WORKS[sys.argv[1]](Rows(sys.argv[3]))
