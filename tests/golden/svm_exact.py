"""Makes svm_exact.json: support-vector machines of every kind, solved exactly.

scikit-learn (libsvm) at a tolerance of 1e-12 tells which duals are 0, at a bound or between. It keeps kernel values as f32,
so the values themselves are then solved for in f64: with the ones between free, the optimality conditions are linear.
`violation` is the largest by which the result breaks the conditions, in units of the decision function.

Probabilities: sigmoids minimize the cross-entropy of Platt's targets in 50 digits (mpmath), pairs are coupled by solving the
optimality conditions of Wu, Lin & Weng (2004), equation 21, with numpy.

    pip install scikit-learn==1.9.1 mpmath
    python svm_exact.py > svm_exact.json
"""

import itertools
import json
import sys

import mpmath
import numpy
import sklearn
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, NuSVC, NuSVR

TIGHT = {"tol": 1e-12, "cache_size": 1000}


def short(values):
    """Twelve digits, which is more than is compared."""
    return [float(f"{value:.12g}") for value in values]


def kernel_matrix(X, params):
    return X @ X.T if params["kernel"] == "linear" else rbf_kernel(X, gamma=params["gamma"])


def solve(gram, linear, groups, fixed, sums):
    """`beta` with `linear - K beta` equal to one level on the free variables of each group, and the groups' sums."""
    free = numpy.isnan(fixed)
    beta = numpy.where(free, 0.0, fixed)
    ones = numpy.stack([groups == g for g in range(len(sums))], axis=1).astype(float)[free]
    k = len(sums)
    system = numpy.block([[gram[numpy.ix_(free, free)], ones], [ones.T, numpy.zeros((k, k))]])
    held = numpy.array([beta[groups == g].sum() for g in range(k)])
    right = numpy.concatenate([linear[free] - (gram @ beta)[free], numpy.array(sums) - held])
    solved = numpy.linalg.lstsq(system, right, rcond=None)[0]
    beta[free] = solved[: free.sum()]
    return beta, solved[free.sum() :]


def snap(beta, bounds):
    """nan where the variable is strictly between its bounds, else the bound."""
    scale = 1e-6 * max(abs(b).max() for b in bounds)
    fixed = numpy.full_like(beta, numpy.nan)
    for bound in [*bounds, numpy.zeros_like(beta)]:
        fixed = numpy.where(abs(beta - bound) < scale, bound, fixed)
    return fixed


def dense(model, kept, row=0):
    """`dual_coef_` at all rows; `support_` counts the rows of a positive weight only."""
    beta = numpy.zeros(len(kept))
    beta[numpy.flatnonzero(kept)[model.support_]] = model.dual_coef_[row]
    return beta


def regression(X, y, params, epsilon=None, nu=None, weights=None):
    """scikit-learn's solution made exact: beta, b and the violation that is left."""
    kind = {k: v for k, v in params.items() if k in ("kernel", "gamma", "C")}
    w = numpy.ones(len(y)) if weights is None else numpy.array(weights, float)
    model = (SVR(epsilon=epsilon, **kind, **TIGHT) if nu is None else NuSVR(nu=nu, **kind, **TIGHT)).fit(X, y, sample_weight=w)
    gram, cost = kernel_matrix(X, params), params["C"] * w
    rough = dense(model, w > 0)
    fixed = snap(rough, [cost, -cost])
    if nu is None:
        linear = y - epsilon * numpy.sign(rough)
        beta, [b] = solve(gram, linear, numpy.zeros(len(y), int), fixed, [0.0])
    else:
        # Of a row off the tube by nothing, alpha or alpha* is 0: the sign of beta says which.
        groups = numpy.where(rough > 0, 0, 1)
        half = nu * cost.sum() / 2
        beta, levels = solve(gram, y, groups, fixed, [half, -half])
        b, epsilon = levels.mean(), (levels[0] - levels[1]) / 2
    assert abs(beta - rough).max() < 1e-3 * params["C"], abs(beta - rough).max()
    residual = y - gram @ beta - b
    free, counts = numpy.isnan(fixed), w > 0
    violation = numpy.where(
        free, abs(residual - epsilon * numpy.sign(beta)),
        numpy.where(fixed == 0, abs(residual) - epsilon, epsilon - residual * numpy.sign(beta)),
    )[counts].max()
    assert violation < 1e-9 * max(1, abs(y).max()), violation
    out = {"params": params, "beta": short(beta), "bias": b, "predicted": short(gram @ beta + b), "violation": violation}
    out["epsilon" if nu is None else "nu"] = epsilon if nu is None else nu
    if weights is not None:
        out["weights"] = list(map(float, weights))
    return out


def pair(X, sign, costs, params, rough, nu=None):
    """The exact machine of one pair of classes, of which `sign` tells, from roughly its dual variables."""
    gram = kernel_matrix(X, params)
    if nu is None:
        fixed = snap(rough, [costs * sign])
        beta, [b] = solve(gram, sign, numpy.zeros(len(sign), int), fixed, [0.0])
        margin = 1.0
    else:
        # libsvm divides by the margin; undone, the sums are known.
        half = nu * costs.sum() / 2
        rough = rough * (half / rough[sign > 0].sum())
        fixed = snap(rough, [costs * sign])
        beta, levels = solve(gram, numpy.zeros(len(sign)), numpy.where(sign > 0, 0, 1), fixed, [half, -half])
        b, margin = levels.mean(), (levels[1] - levels[0]) / 2
    assert abs(beta - rough).max() < 1e-4 * costs.max(), abs(beta - rough).max()
    decision = sign * (gram @ beta + b)
    free = numpy.isnan(fixed)
    violation = numpy.where(free, abs(decision - margin), numpy.where(fixed == 0, margin - decision, decision - margin))[costs > 0].max()
    assert violation < 1e-9, violation
    return beta / margin, b / margin, violation / margin


def classification(X, y, params, nu=None, weights=None, class_weight=None):
    """scikit-learn's solution made exact: decisions of each pair on all rows, and the labels."""
    kind = {k: v for k, v in params.items() if k in ("kernel", "gamma", "C")}
    w = numpy.ones(len(y)) if weights is None else numpy.array(weights, float)
    classes = numpy.unique(y)
    factor = {c: 1.0 for c in classes}
    if class_weight == "balanced":
        factor = {c: w.sum() / (len(classes) * w[y == c].sum()) for c in classes}
    w_all = w * numpy.array([factor[c] for c in y])
    machine = (SVC(**kind, **TIGHT) if nu is None else NuSVC(nu=nu, **kind, **TIGHT)).set_params(decision_function_shape="ovo")
    model = machine.fit(X, y, sample_weight=w_all)
    duals, biases, worst, decisions = [], [], 0.0, []
    gram = kernel_matrix(X, params)
    # Of two classes alone, scikit-learn turns the signs.
    turn = -1.0 if len(classes) == 2 else 1.0
    for a, b in itertools.combinations(range(len(classes)), 2):
        of = (y == classes[a]) | (y == classes[b])
        sign = numpy.where(y[of] == classes[a], 1.0, -1.0)
        of_a, of_b = dense(model, w > 0, b - 1), dense(model, w > 0, a)
        rough = turn * (numpy.where(y == classes[a], of_a, 0) + numpy.where(y == classes[b], of_b, 0))
        cost = w_all[of] * (params.get("C", 1.0) if nu is None else 1.0)
        beta, bias, violation = pair(X[of], sign, cost, params, rough[of], nu)
        full = numpy.zeros(len(y))
        full[of] = beta
        duals.append(short(full))
        biases.append(bias)
        worst = max(worst, violation)
        decisions.append(short(gram @ full + bias))
    labels = model.predict(X)
    out = {"params": params, "beta": duals, "bias": biases, "decisions": decisions, "labels": labels.tolist(), "violation": worst}
    if nu is not None:
        out["nu"] = nu
    if weights is not None:
        out["weights"] = list(map(float, weights))
    if class_weight is not None:
        out["class_weight"] = class_weight
    return out


def sigmoid(decisions, first, weights):
    """The minimum of Platt's cross-entropy, by Newton's method in 50 digits."""
    mpmath.mp.dps = 50
    n_first = mpmath.fsum(w for w, is_first in zip(weights, first) if is_first)
    n_second = mpmath.fsum(w for w, is_first in zip(weights, first) if not is_first)
    target = [(n_first + 1) / (n_first + 2) if is_first else 1 / (n_second + 2) for is_first in first]
    f, w = [mpmath.mpf(d) for d in decisions], [mpmath.mpf(v) for v in weights]

    def slopes(a, b):
        p = [1 / (1 + mpmath.exp(a * d + b)) for d in f]
        return mpmath.fsum(v * d * (t - q) for v, d, t, q in zip(w, f, target, p)), mpmath.fsum(v * (t - q) for v, t, q in zip(w, target, p))

    a, b = mpmath.findroot(slopes, (-0.5, mpmath.log((n_second + 1) / (n_first + 1))), tol=1e-40, maxsteps=200)
    return {"decisions": list(map(float, decisions)), "first": list(map(bool, first)), "weights": list(map(float, weights)), "a_b": [float(a), float(b)]}


def coupled(r):
    """Class probabilities from r[i][j] = P(i | i or j): the linear equations of the paper, and the minimum that they mark."""
    k = len(r)
    Q = numpy.array([[sum(r[s, i] ** 2 for s in range(k) if s != i) if i == j else -r[j, i] * r[i, j] for j in range(k)] for i in range(k)])
    system = numpy.block([[Q, numpy.ones((k, 1))], [numpy.ones((1, k)), numpy.zeros((1, 1))]])
    p = numpy.linalg.solve(system, numpy.append(numpy.zeros(k), 1.0))[:k]
    assert (p >= 0).all()
    return p


diabetes = load_diabetes(return_X_y=True)
Xd, yd = StandardScaler().fit_transform(diabetes[0]), diabetes[1]
Xw, yw = load_wine(return_X_y=True)
Xw = StandardScaler().fit_transform(Xw)
Xb, yb = load_breast_cancer(return_X_y=True)
Xb = StandardScaler().fit_transform(Xb)
varied = lambda n: [float(1 + (7 * i) % 4) / 2 for i in range(n)]
with_zeros = lambda n: [0.0 if i % 9 == 4 else w for i, w in enumerate(varied(n))]

RBF, WIDE, LINEAR = {"kernel": "rbf", "gamma": 0.1}, {"kernel": "rbf", "gamma": 0.02}, {"kernel": "linear"}
svr = [
    regression(Xd, yd, {**WIDE, "C": 10.0}, epsilon=5.0),
    regression(Xd, yd, {**RBF, "C": 100.0}, epsilon=0.1),
    regression(Xd, yd, {**LINEAR, "C": 1.0}, epsilon=20.0),
    regression(Xd, yd, {**RBF, "C": 10.0}, epsilon=10.0, weights=with_zeros(len(yd))),
]
nu_svr = [
    regression(Xd, yd, {**WIDE, "C": 10.0}, nu=0.5),
    regression(Xd, yd, {**RBF, "C": 100.0}, nu=0.2),
    regression(Xd, yd, {**LINEAR, "C": 1.0}, nu=0.8),
    regression(Xd, yd, {**RBF, "C": 10.0}, nu=0.4, weights=with_zeros(len(yd))),
]
svc = {
    "wine": [
        classification(Xw, yw, {**RBF, "C": 1.0}, weights=varied(len(yw))),
        classification(Xw, yw, {**RBF, "C": 0.5}, class_weight="balanced"),
        classification(Xw, yw, {**LINEAR, "C": 0.01}, weights=with_zeros(len(yw)), class_weight="balanced"),
    ],
    "breast_cancer": [
        classification(Xb, yb, {**WIDE, "C": 1.0}, weights=with_zeros(len(yb))),
        classification(Xb, yb, {**WIDE, "C": 2.0}, class_weight="balanced"),
    ],
}
nu_svc = {
    "wine": [classification(Xw, yw, RBF, nu=0.3), classification(Xw, yw, LINEAR, nu=0.1), classification(Xw, yw, WIDE, nu=0.3, weights=varied(len(yw)))],
    "breast_cancer": [classification(Xb, yb, WIDE, nu=0.2), classification(Xb, yb, WIDE, nu=0.7)],
}

random = numpy.random.default_rng(5)
sigmoids = []
for n, scale, noise in ((40, 1.0, 0.8), (200, 30.0, 2.0), (25, 1.0, 0.0)):
    first = random.random(n) < 0.4
    decisions = scale * (numpy.where(first, 1.0, -1.0) + noise * random.standard_normal(n))
    sigmoids.append(sigmoid(decisions, first, numpy.ones(n)))
    sigmoids.append(sigmoid(decisions, first, random.integers(1, 5, n) / 2))
couplings = []
for k in (3, 5, 10):
    r = numpy.triu(random.random((k, k)), 1)
    r = r + numpy.tril(1 - r.T, -1)
    couplings.append({"pairs": [float(r[a, b]) for a, b in itertools.combinations(range(k), 2)], "p": coupled(r).tolist()})

meta = {"sklearn": sklearn.__version__, "numpy": numpy.__version__, "mpmath": mpmath.__version__, "python": sys.version.split()[0]}
json.dump(
    {"meta": meta, "svr": svr, "nu_svr": nu_svr, "svc": svc, "nu_svc": nu_svc, "sigmoids": sigmoids, "couplings": couplings},
    sys.stdout,
)
print()
