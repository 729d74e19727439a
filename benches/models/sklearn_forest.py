"""scikit-learn on the work of `benches/forest.rs`: CPU seconds, minimum and median of N repeats.

    pip install scikit-learn==1.9.1
    OMP_NUM_THREADS=1 python sklearn_forest.py [N]
"""

import statistics
import sys
import time

import sklearn
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from made_rows import made

REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


def measure(name, work):
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    print(f"{name:28} min {min(seconds) * 1e3:9.3f} ms   median {statistics.median(seconds) * 1e3:9.3f} ms", flush=True)


def both(name, x, y, held_out):
    measure(f"forest_{name}_fit", lambda: RandomForestClassifier(n_jobs=1).fit(x, y))
    measure(f"extra_trees_{name}_fit", lambda: ExtraTreesClassifier(n_jobs=1).fit(x, y))
    fitted = RandomForestClassifier(n_jobs=1).fit(x, y)
    measure(f"forest_{name}_predict", lambda: fitted.predict_proba(held_out))


print(f"scikit-learn {sklearn.__version__}, CPU time, {REPEATS} repeats")
digits_x, digits_y = load_digits(return_X_y=True)
both("digits", digits_x[360:], digits_y[360:], digits_x[:360])
made_x, made_y = made(60_000)
both("50k", made_x[:50_000], made_y[:50_000], made_x[50_000:])
