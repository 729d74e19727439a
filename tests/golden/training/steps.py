"""steps.json: parameters after each step of PyTorch's optimizers on given gradients, and the learning rates of its
schedules. Lion is not in PyTorch: its lines are algorithm 2 of Chen et al. (2023), written out.
usage: python steps.py > steps.json
"""
import json, sys
import numpy as np, torch
from torch.optim import lr_scheduler as S

torch.set_default_dtype(torch.float64)
r = np.random.default_rng(7)
START = r.standard_normal(5)
GRADIENTS = r.standard_normal((12, 5)) * np.array([1.0, 0.1, 10.0, 1e-3, 1.0])
GRADIENTS[3, 0] = 0.0

O = torch.optim
OPTIMIZERS = [  # our name, our settings, PyTorch's class and settings
    ("sgd", {}, O.SGD, {}),
    ("momentum", dict(momentum=0.8), O.SGD, dict(momentum=0.8)),
    ("momentum", dict(momentum=0.8, dampening=0.3), O.SGD, dict(momentum=0.8, dampening=0.3)),
    ("nesterov", dict(momentum=0.8), O.SGD, dict(momentum=0.8, nesterov=True)),
    ("adagrad", {}, O.Adagrad, {}),
    ("adagrad", dict(learning_rate_decay=0.1, initial_accumulator=0.5), O.Adagrad, dict(lr_decay=0.1, initial_accumulator_value=0.5)),
    ("adadelta", {}, O.Adadelta, {}),
    ("adadelta", dict(rho=0.7, epsilon=1e-3), O.Adadelta, dict(rho=0.7, eps=1e-3)),
    ("rmsprop", {}, O.RMSprop, {}),
    ("rmsprop", dict(momentum=0.7), O.RMSprop, dict(momentum=0.7)),
    ("rmsprop", dict(centered=True, rho=0.9), O.RMSprop, dict(centered=True, alpha=0.9)),
    ("rmsprop", dict(centered=True, momentum=0.7), O.RMSprop, dict(centered=True, momentum=0.7)),
    ("adam", {}, O.Adam, {}),
    ("adam", dict(beta1=0.8, beta2=0.95, epsilon=1e-3), O.Adam, dict(betas=(0.8, 0.95), eps=1e-3)),
    ("amsgrad", {}, O.Adam, dict(amsgrad=True)),
    ("adamw", dict(weight_decay=0.05), O.AdamW, dict(weight_decay=0.05)),
    ("adamw", dict(weight_decay=0.05, amsgrad=True), O.AdamW, dict(weight_decay=0.05, amsgrad=True)),
    ("nadam", {}, O.NAdam, {}),
    ("nadam", dict(momentum_decay=0.05), O.NAdam, dict(momentum_decay=0.05)),
    ("radam", {}, O.RAdam, {}),
    ("radam", dict(beta1=0.8, beta2=0.9), O.RAdam, dict(betas=(0.8, 0.9))),
    ("adamax", {}, O.Adamax, {}),
]
DECAYS = {O.SGD: "coupled", O.Adam: "coupled", O.RMSprop: "coupled", O.NAdam: "coupled", O.RAdam: "coupled", O.Adagrad: "coupled", O.Adadelta: "coupled", O.Adamax: "coupled"}


def torch_steps(make, settings, lr, weight_decay=0.0, clip=None):
    p = torch.tensor(START.copy(), requires_grad=True)
    o = make([p], lr=lr, **({"weight_decay": weight_decay} if weight_decay else {}), **settings)
    out = []
    for g in GRADIENTS:
        p.grad = torch.tensor(g.copy())
        o.step()
        out.append(p.detach().tolist())
    return out


def lion(lr, beta1, beta2, decay):
    p, m, out = START.copy(), np.zeros(5), []
    for g in GRADIENTS:
        update = np.sign(beta1 * m + (1 - beta1) * g)
        p = p - lr * (update + decay * p)
        m = beta2 * m + (1 - beta2) * g
        out.append(p.tolist())
    return out


LR = 0.1
steps = [dict(optimizer=n, settings=s, l2=0.0, params=torch_steps(make, t, LR)) for n, s, make, t in OPTIMIZERS]
steps += [dict(optimizer=n, settings=s, l2=0.3, params=torch_steps(make, t, LR, 0.3)) for n, s, make, t in OPTIMIZERS if make in DECAYS and not s]
steps += [dict(optimizer="lion", settings=dict(beta1=a, beta2=b, weight_decay=w), l2=0.0, params=lion(LR, a, b, w)) for a, b, w in ((0.9, 0.99, 0.0), (0.8, 0.95, 0.2))]

BASE, TIMES = 0.1, 24
linear = lambda o, n: S.LinearLR(o, start_factor=0.25, end_factor=1.0, total_iters=n)
SCHEDULES = [  # our name, our settings, PyTorch's
    ("constant", {}, lambda o: S.ConstantLR(o, factor=1.0)),
    ("step", dict(size=5, gamma=0.3), lambda o: S.StepLR(o, 5, 0.3)),
    ("multi_step", dict(milestones=[3, 4, 17], gamma=0.5), lambda o: S.MultiStepLR(o, [3, 4, 17], 0.5)),
    ("exponential", dict(gamma=0.9), lambda o: S.ExponentialLR(o, 0.9)),
    ("cosine", dict(end=0.0), lambda o: S.CosineAnnealingLR(o, TIMES)),
    ("cosine", dict(end=0.05), lambda o: S.CosineAnnealingLR(o, TIMES, eta_min=0.005)),
    ("cosine_restarts", dict(period=5), lambda o: S.CosineAnnealingWarmRestarts(o, 5)),
    ("cosine_restarts", dict(period=3, multiplier=2, end=0.1), lambda o: S.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.01)),
    ("polynomial", dict(power=1.0), lambda o: S.PolynomialLR(o, TIMES, 1.0)),
    ("polynomial", dict(power=2.0), lambda o: S.PolynomialLR(o, TIMES, 2.0)),
    ("one_cycle", {}, lambda o: S.OneCycleLR(o, max_lr=BASE, total_steps=TIMES, cycle_momentum=False)),
    ("one_cycle", dict(rise=0.4, anneal="linear", start=0.1, end=1e-3), lambda o: S.OneCycleLR(o, max_lr=BASE, total_steps=TIMES, pct_start=0.4, anneal_strategy="linear", div_factor=10.0, final_div_factor=100.0, cycle_momentum=False)),
    ("step", dict(size=5, gamma=0.3, warmup_epochs=4, warmup_start=0.25), lambda o: S.SequentialLR(o, [linear(o, 4), S.StepLR(o, 5, 0.3)], [4])),
    ("cosine", dict(end=0.0, warmup_epochs=4, warmup_start=0.25), lambda o: S.SequentialLR(o, [linear(o, 4), S.CosineAnnealingLR(o, TIMES - 4)], [4])),
]


def rates(make, losses=None):
    o = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    schedule, out = make(o), []
    for t in range(TIMES):
        out.append(o.param_groups[0]["lr"])
        o.step()
        if t + 1 < TIMES or losses is not None:
            schedule.step(*([] if losses is None else [losses[t]]))
    return out


LOSSES = [1.0, 0.8, 0.7, 0.7, 0.69996, 0.71, 0.7, 0.7, 0.7, 0.6, 0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
PLATEAUS = [
    (dict(factor=0.5, patience=2), dict(factor=0.5, patience=2)),
    (dict(factor=0.1, patience=1, threshold=0.01, cooldown=3, smallest=0.002), dict(factor=0.1, patience=1, threshold=0.01, cooldown=3, min_lr=0.0002)),
]
schedules = [dict(schedule=n, settings=s, rates=rates(make)) for n, s, make in SCHEDULES]
plateaus = [dict(schedule="plateau", settings=s, rates=rates(lambda o: S.ReduceLROnPlateau(o, **t), LOSSES)) for s, t in PLATEAUS]
json.dump(dict(meta=dict(torch=torch.__version__, numpy=np.__version__, python=sys.version.split()[0]), learning_rate=LR, start=START.tolist(), gradients=GRADIENTS.tolist(), steps=steps,
               base=BASE, schedules=schedules, losses=LOSSES, plateaus=plateaus), sys.stdout, separators=(",", ":"))
print()
