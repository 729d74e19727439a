"""mlp_breast_cancer.json: trainings of a network of 30, 16 and 2 units in f64 by PyTorch on one thread: initial
weights, order of the rows, losses on the way and sums of the final weights; and the minimum of a convex problem.
usage: python mlp.py > mlp_breast_cancer.json
"""
import json, sys
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from scipy.optimize import minimize
from sklearn import datasets

torch.set_num_threads(1); torch.set_default_dtype(torch.float64); torch.use_deterministic_algorithms(True)
r = np.random.default_rng(0)
X, y = datasets.load_breast_cancer(return_X_y=True); X = (X - X.mean(0)) / X.std(0); sizes = [30, 16, 2]
p = r.permutation(len(y)); nt = len(y) // 5; test, train = np.sort(p[:nt]), np.sort(p[nt:])
W = [(r.standard_normal((o, i)) * np.sqrt(2.0 / i), np.zeros(o)) for i, o in zip(sizes, sizes[1:])]
order = np.stack([r.permutation(len(train)) for _ in range(40)])[:16]
Xt, yt = torch.tensor(X), torch.tensor(y)

RUNS = [  # name, our optimizer and settings, PyTorch's, extras
    ("sgd_minibatch_32", "sgd", dict(learning_rate=.1), "SGD", {}, {}), ("sgd_batch_full", "sgd", dict(learning_rate=.5), "SGD", {}, dict(batch=0, epochs=16)),
    ("sgd_stochastic_1", "sgd", dict(learning_rate=.01), "SGD", {}, dict(batch=1, epochs=2)),
    ("sgd_momentum_0.9", "momentum", dict(learning_rate=.01, momentum=.9), "SGD", dict(momentum=.9), {}),
    ("sgd_nesterov_0.9", "nesterov", dict(learning_rate=.01, momentum=.9), "SGD", dict(momentum=.9, nesterov=True), {}),
    ("sgd_momentum_dampening", "momentum", dict(learning_rate=.1, momentum=.9, dampening=.5), "SGD", dict(momentum=.9, dampening=.5), {}),
    ("rmsprop", "rmsprop", dict(learning_rate=.001), "RMSprop", {}, {}),
    ("rmsprop_centered_momentum", "rmsprop", dict(learning_rate=.0005, centered=True, momentum=.9, rho=.9), "RMSprop", dict(centered=True, momentum=.9, alpha=.9), {}),
    ("adagrad", "adagrad", dict(learning_rate=.05), "Adagrad", {}, {}), ("adam", "adam", dict(learning_rate=.001), "Adam", {}, {}),
    ("adam_keras_eps", "adam", dict(learning_rate=.001, epsilon=1e-7), "Adam", dict(eps=1e-7), {}), ("adam_amsgrad", "amsgrad", dict(learning_rate=.001), "Adam", dict(amsgrad=True), {}),
    ("adamw", "adamw", dict(learning_rate=.001, weight_decay=.01), "AdamW", dict(weight_decay=.01), {}), ("nadam", "nadam", dict(learning_rate=.002), "NAdam", {}, {}),
    ("radam", "radam", dict(learning_rate=.002), "RAdam", {}, {}), ("adadelta", "adadelta", dict(learning_rate=1.0), "Adadelta", {}, {}), ("adamax", "adamax", dict(learning_rate=.002), "Adamax", {}, {}),
    ("l2_sgd_momentum", "momentum", dict(learning_rate=.01, momentum=.9), "SGD", dict(momentum=.9, weight_decay=.01), dict(epochs=16, l2=.01)),
    ("l2_adam", "adam", dict(learning_rate=.001), "Adam", dict(weight_decay=.01), dict(l2=.01)), ("l1_sgd", "sgd", dict(learning_rate=.05), "SGD", {}, dict(l1=1e-3, epochs=16)),
    ("step_lr_momentum", "momentum", dict(learning_rate=.1, momentum=.9), "SGD", dict(momentum=.9), dict(schedule=["step", dict(size=3, gamma=.3)], torch=["StepLR", dict(step_size=3, gamma=.3)])),
    ("cosine_adam", "adam", dict(learning_rate=.005), "Adam", {}, dict(schedule=["cosine", {}], torch=["CosineAnnealingLR", dict(T_max=10)])),
    ("exponential_sgd", "sgd", dict(learning_rate=.2), "SGD", {}, dict(schedule=["exponential", dict(gamma=.8)], torch=["ExponentialLR", dict(gamma=.8)])),
    ("clip_norm_1_sgd", "sgd", dict(learning_rate=.5), "SGD", {}, dict(clip_norm=1.0)), ("clip_value_sgd", "sgd", dict(learning_rate=.5), "SGD", {}, dict(clip_value=.05)),
    ("accumulate_2_adam", "adam", dict(learning_rate=.001), "Adam", {}, dict(accumulate=2)),
    ("smoothing_adam", "adam", dict(learning_rate=.001), "Adam", {}, dict(smoothing=.1)),
]


def network():
    lin = [nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])]
    for l, (w, b) in zip(lin, W): l.weight.data = torch.tensor(w.copy()); l.bias.data = torch.tensor(b.copy())
    return lin, lambda x: lin[1](torch.relu(lin[0](x)))


def run(name, ours, settings, kind, options, ex):
    lin, f = network(); params = [q for l in lin for q in l.parameters()]; bs = ex.get("batch", 32) or len(train); epochs = ex.get("epochs", 10)
    o = getattr(torch.optim, kind)(params, lr=settings["learning_rate"], **options)
    sch = getattr(torch.optim.lr_scheduler, ex["torch"][0])(o, **ex["torch"][1]) if "torch" in ex else None
    losses, tl, k = [], [], ex.get("accumulate", 1)
    for ep in range(epochs):
        starts = list(range(0, len(train), bs))
        for j, i in enumerate(starts):
            idx = train[order[ep][i:i + bs]]; group = starts[j // k * k:j // k * k + k]
            if j % k == 0: o.zero_grad()
            L = F.cross_entropy(f(Xt[idx]), yt[idx], label_smoothing=ex.get("smoothing", 0.0))
            if "l1" in ex: L = L + ex["l1"] * sum(l.weight.abs().sum() for l in lin)
            (L * len(idx) / sum(min(bs, len(train) - s) for s in group)).backward(); losses.append(L.item())
            if j % k == k - 1 or j == len(starts) - 1:
                if "clip_norm" in ex: torch.nn.utils.clip_grad_norm_(params, ex["clip_norm"])
                if "clip_value" in ex: torch.nn.utils.clip_grad_value_(params, ex["clip_value"])
                o.step()
        if sch: sch.step()
        with torch.no_grad(): tl.append(F.cross_entropy(f(Xt[test]), yt[test]).item())
    every = max(1, len(losses) // 15)
    ex = {k: v for k, v in ex.items() if k != "torch"}
    return dict(name=name, optimizer=ours, settings=settings, extras=ex, batch=bs, epochs=epochs, every=every, losses=losses[::every], last_loss=losses[-1], test_losses=tl[-2:],
                sums=[float(q.detach().sum()) for q in params], squares=[float((q.detach() ** 2).sum()) for q in params], first_weights=lin[0].weight.detach()[0].tolist())


def early_stopping(patience=5, min_delta=1e-3):
    """Keras' EarlyStopping(monitor=val_loss, patience, min_delta, restore_best_weights=True) with Adam."""
    lin, f = network(); o = torch.optim.Adam([q for l in lin for q in l.parameters()], lr=.01); best, be, wait, vl = np.inf, 0, 0, []
    for ep in range(16):
        for i in range(0, len(train), 32):
            idx = train[order[ep][i:i + 32]]; o.zero_grad(); F.cross_entropy(f(Xt[idx]), yt[idx]).backward(); o.step()
        with torch.no_grad(): v = F.cross_entropy(f(Xt[test]), yt[test]).item()
        vl.append(v)
        if v < best - min_delta: best, be, wait, sums = v, ep, 0, [float(q.detach().sum()) for l in lin for q in l.parameters()]
        else: wait += 1
        if wait >= patience: break
    return dict(patience=patience, min_delta=min_delta, losses=vl, stopped_after=ep, best=be, best_loss=best, best_sums=sums)


def convex(l2=.01):
    """Softmax regression with (l2/2) times the squared weights, biases left out: one minimum, found by SciPy and PyTorch's gradient."""
    def value(t):
        t = torch.tensor(t, requires_grad=True); w, b = t[:60].reshape(2, 30), t[60:]
        L = F.cross_entropy(Xt[train] @ w.T + b, yt[train]) + l2 / 2 * (w ** 2).sum() + l2 / 2 * (b ** 2).sum()
        L.backward(); return L.item(), t.grad.numpy()
    s = minimize(value, np.zeros(62), jac=True, method="BFGS", options=dict(gtol=1e-12, maxiter=10000))
    return dict(l2=l2, loss=s.fun, params=s.x.tolist(), gradient_norm=float(np.abs(value(s.x)[1]).max()))


json.dump(dict(meta=dict(torch=torch.__version__, numpy=np.__version__, python=sys.version.split()[0]), sizes=sizes, test=test.tolist(), order=order.tolist(), w0=W[0][0].ravel().tolist(), w1=W[1][0].ravel().tolist(),
               runs=[run(*a) for a in RUNS], early_stopping=early_stopping(), convex=convex()), sys.stdout, separators=(",", ":"))
print()
