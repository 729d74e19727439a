"""neural.json: networks in f64 by PyTorch on one thread: losses of steps of plain gradient descent, parameters
afterwards, and losses and sums of slopes for every activation, normalization and pooling.
usage: python neural.py > neural.json
Rows, first weights and dropout masks come from numpy's generator and are stored where the file does not repeat
`pipelines/examples/data`; the parameters afterwards are every seventh, layer by layer, weights before biases.
"""
import json
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from sklearn import datasets

torch.set_num_threads(1); torch.set_default_dtype(torch.float64); torch.use_deterministic_algorithms(True)
BATCH = 32

def problem(name):
    r = np.random.default_rng(0)
    if name == "digits":
        X, y = datasets.load_digits(return_X_y=True); X = X / 16.0; sizes = [64, 32, 10]
    else:
        X, y = datasets.load_breast_cancer(return_X_y=True); X = (X - X.mean(0)) / X.std(0); sizes = [30, 16, 2]
    p = r.permutation(len(y)); train = np.sort(p[len(y) // 5:])
    W = [(r.standard_normal((o, i)) * np.sqrt(2.0 / i), np.zeros(o)) for i, o in zip(sizes, sizes[1:])]
    order = np.stack([r.permutation(len(train)) for _ in range(40)])
    return torch.tensor(X), torch.tensor(y), train, W, order

def descend(params, forward, X, y, batches, lr, momentum=0.0):
    o = torch.optim.SGD(params, lr=lr, momentum=momentum); losses = []
    for step, rows in enumerate(batches):
        o.zero_grad(); loss = F.cross_entropy(forward(X[rows], step), y[rows]); loss.backward(); o.step(); losses.append(loss.item())
    return dict(lr=lr, momentum=momentum, losses=losses, every_seventh=torch.cat([q.detach().flatten() for q in params])[::7].tolist())

def batches(train, order, epochs, size=BATCH):
    return [train[order[e][i:i + size]] for e in range(epochs) for i in range(0, len(train), size)]

def breast_cancer():
    X, y, train, W, order = problem("breast_cancer"); runs = {}
    masks = np.random.default_rng(1).random((20 * -(-len(train) // 32), 32, 16)) >= .5
    def run(name, rows, lr, norm=None, dropout=False):
        lin = [nn.Linear(w.shape[1], w.shape[0]) for w, _ in W]
        for l, (w, b) in zip(lin, W): l.weight.data = torch.tensor(w.copy()); l.bias.data = torch.tensor(b.copy())
        params = [*lin[0].parameters()] + ([*norm.parameters()] if norm else []) + [*lin[1].parameters()]
        def forward(x, step):
            z = lin[0](x); h = torch.relu(norm(z) if norm else z)
            return lin[1](h * torch.tensor(masks[step][:len(h)].astype(float)) / .5 if dropout else h)
        runs[name] = descend(params, forward, X, y, rows, lr)
        if isinstance(norm, nn.BatchNorm1d): runs[name].update(running_mean=norm.running_mean.tolist(), running_variance=norm.running_var.tolist())
    run("mini_batches", batches(train, order, 4), .1); run("full_batch", batches(train, order, 10, len(train)), .5); run("single_rows", batches(train, order, 1, 1)[:200], .01)
    run("batch_norm", batches(train, order, 4), .1, nn.BatchNorm1d(16)); run("layer_norm", batches(train, order, 4), .1, nn.LayerNorm(16)); run("dropout", batches(train, order, 2), .1, dropout=True)
    n = 2 * -(-len(train) // 32)
    return dict(train=train.tolist(), order=order[:4].tolist(), w0=W[0][0].flatten().tolist(), w1=W[1][0].flatten().tolist(), runs=runs, masks=["".join("%04x" % sum(int(v) << j for j, v in enumerate(row)) for row in m) for m in masks[:n]])

def digits():
    X, y, train, W, order = problem("digits"); X = X.reshape(-1, 1, 8, 8); r = np.random.default_rng(2)
    names = dict(c1w=(8, 1, 3, 3), c1b=(8,), c2w=(16, 8, 3, 3), c2b=(16,), fw=(10, 64), fb=(10,)); scale = dict(c1w=2 / 9, c2w=2 / 72, fw=1 / 64)
    start = {k: r.standard_normal(s) * np.sqrt(scale[k]) if k in scale else np.zeros(s) for k, s in names.items()}
    w = {k: torch.tensor(v.copy(), requires_grad=True) for k, v in start.items()}
    def forward(x, _=0, pool=F.max_pool2d, stride=1, norms=(lambda z: z, lambda z: z)):
        h = pool(torch.relu(norms[0](F.conv2d(x, w["c1w"], w["c1b"], padding=1, stride=stride))), 2)
        h = pool(torch.relu(norms[1](F.conv2d(h, w["c2w"], w["c2b"], padding=1, stride=stride))), 2)
        return h.flatten(1) @ w["fw"][:, :h[0].numel()].T + w["fb"]
    rows = batches(train, order, 1); first = {}
    def once(name, **how):
        for q in w.values(): q.grad = None
        loss = F.cross_entropy(forward(X[rows[0]], **how), y[rows[0]]); loss.backward()
        first[name] = dict(loss=loss.item(), squares=[float((q.grad ** 2).sum()) for q in w.values()])
    once("max"); once("average", pool=F.avg_pool2d)
    once("batch_norm", norms=(nn.BatchNorm2d(8), nn.BatchNorm2d(16)))
    x = X.repeat(1, 1, 3, 3)[:, :, :23, :21]; save = X; X = x  # 23 x 21 pixels, of which strides and windows leave some out
    once("stride_2", stride=2); X = save
    for q in w.values(): q.grad = None
    run = descend(list(w.values()), forward, X, y, rows, .05, .9)
    return dict(order=np.concatenate(rows).tolist(), **{k: start[k].flatten().tolist() for k in scale}, first=first, run=run)

def activations():
    """Three hidden layers of 5, 4 and 3 units, six rows of four features, two targets: squares."""
    r = np.random.default_rng(3); X, y = r.standard_normal((6, 4)), r.standard_normal((6, 2)); sizes = [4, 5, 4, 3, 2]
    W = [(r.standard_normal((o, i)), r.standard_normal(o)) for i, o in zip(sizes, sizes[1:])]; out = {}
    for name, f in dict(relu=torch.relu, leaky_relu=F.leaky_relu, elu=F.elu, gelu=F.gelu, silu=F.silu, tanh=torch.tanh, sigmoid=torch.sigmoid, softplus=F.softplus, identity=lambda z: z).items():
        ps = [torch.tensor(a, requires_grad=True) for wb in W for a in wb]; h = torch.tensor(X)
        for k in range(0, 8, 2): h = h @ ps[k].T + ps[k + 1]; h = f(h) if k < 6 else h
        loss = F.mse_loss(h, torch.tensor(y)); loss.backward()
        out[name] = dict(loss=loss.item(), gradient=torch.cat([p.grad.flatten() for p in ps])[::7].tolist())
    return dict(x=X.flatten().tolist(), y=y.flatten().tolist(), params=np.concatenate([a.flatten() for wb in W for a in wb]).tolist(), losses=out)

print(json.dumps(dict(meta=dict(torch=torch.__version__, numpy=np.__version__), breast_cancer=breast_cancer(), digits=digits(), activations=activations()), separators=(",", ":")))
