"""Peers on the work of `benches/boosting.rs`: CPU seconds, minimum and median of N repeats.

    pip install scikit-learn==1.9.1 lightgbm xgboost
    OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive python peers_boosting.py [N]
"""

import os
import statistics
import sys
import time

import lightgbm
import sklearn
import xgboost
from sklearn.datasets import load_digits
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from made_rows import made

REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))

PEERS = {
    f"scikit-learn {sklearn.__version__}": lambda: HistGradientBoostingClassifier(early_stopping=False),
    f"LightGBM {lightgbm.__version__}": lambda: lightgbm.LGBMClassifier(n_jobs=THREADS, verbose=-1),
    f"XGBoost {xgboost.__version__}": lambda: xgboost.XGBClassifier(
        n_estimators=100, max_leaves=31, max_depth=0, grow_policy="lossguide", learning_rate=0.1, n_jobs=THREADS, tree_method="hist"
    ),
}


def measure(name, work):
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        result = work()
        seconds.append(time.process_time() - start)
    print(f"{name:45} min {min(seconds) * 1e3:9.3f} ms   median {statistics.median(seconds) * 1e3:9.3f} ms", flush=True)
    return result


def compare(name, x, y, held_out, truth):
    for peer, make in PEERS.items():
        fitted = measure(f"boosting_{name}_fit, {peer}", lambda: make().fit(x, y))
        shares = measure(f"boosting_{name}_predict, {peer}", lambda: fitted.predict_proba(held_out))
        if shares.shape[1] == 2:
            print(f"boosting_{name}: AUC {roc_auc_score(truth, shares[:, 1]):.5f} of other rows")
        else:
            print(f"boosting_{name}: accuracy {(shares.argmax(axis=1) == truth).mean():.4f} of other rows")


digits_x, digits_y = load_digits(return_X_y=True)
compare("digits", digits_x[360:], digits_y[360:], digits_x[:360], digits_y[:360])
made_x, made_y = made(120_000)
compare("100k", made_x[:100_000], made_y[:100_000], made_x[100_000:], made_y[100_000:])
