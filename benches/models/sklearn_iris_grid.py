"""scikit-learn on the work of `benches/svm.rs`: CPU seconds, minimum and median of N repeats.

    pip install scikit-learn==1.9.1
    OMP_NUM_THREADS=1 python sklearn_iris_grid.py [N]
"""

import statistics
import sys
import time

import sklearn
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV, ParameterGrid, StratifiedKFold
from sklearn.svm import SVC

GRID = {"C": [0.1, 1, 10, 100], "gamma": [0.1, 0.01, 0.001, 0.0001], "kernel": ["rbf", "linear"]}
REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 10


def measure(name, work):
    work()
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    print(f"{name:28} min {min(seconds) * 1e3:9.3f} ms   median {statistics.median(seconds) * 1e3:9.3f} ms")


iris_x, iris_y = load_iris(return_X_y=True)
folds = [(iris_x[a], iris_y[a], iris_x[b]) for a, b in StratifiedKFold(5).split(iris_x, iris_y)]


def fits_and_predictions():
    for params in ParameterGrid(GRID):
        for train_x, train_y, test_x in folds:
            SVC(**params).fit(train_x, train_y).predict(test_x)


digits_x, digits_y = load_digits(return_X_y=True)
train_x, train_y, held_out = digits_x[360:], digits_y[360:], digits_x[:360]

print(f"scikit-learn {sklearn.__version__}, CPU time, {REPEATS} repeats")
measure("iris_grid", fits_and_predictions)
measure("iris_grid by GridSearchCV", lambda: GridSearchCV(SVC(), GRID, cv=5, n_jobs=1).fit(iris_x, iris_y))
for kernel in ("rbf", "linear"):
    measure(f"digits_fit_{kernel}", lambda: SVC(kernel=kernel).fit(train_x, train_y))
    fitted = SVC(kernel=kernel).fit(train_x, train_y)
    measure(f"digits_predict_{kernel}", lambda: fitted.predict(held_out))
