"""PyTorch on the work of `benches/neural`: CPU seconds of one thread, minimum and median of N epochs.

    pip install torch==2.15.0 numpy
    python pytorch_epochs.py [N] [NAME...]
"""

import os
import statistics
import sys
import time

# Settings that would hold a library back on this processor.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
REPEATS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
ROWS = 60_000

rng = np.random.default_rng(0)
classes = rng.integers(0, 10, ROWS)
images = 0.3 * rng.random((10, 784), dtype=np.float32)[classes] + 0.7 * rng.random((ROWS, 784), dtype=np.float32)
x, y = torch.from_numpy(images), torch.from_numpy(classes)


def dense(*widths):
    layers = []
    for inputs, outputs in zip((784, *widths), (*widths, 10)):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def convolutional():
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(1600, 10)),
    )


def epoch(build, rows, size):
    torch.manual_seed(0)
    model, loss = build(), nn.CrossEntropyLoss()
    adam = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    start = time.process_time()
    for batch in torch.randperm(ROWS)[:rows].split(size):
        adam.zero_grad()
        found = loss(model(x[batch]), y[batch])
        found.backward()
        adam.step()
        found.item()
    return time.process_time() - start


WORK = {
    "mlp_epoch_128_b128": (lambda: dense(128), ROWS, 128),
    "mlp_epoch_128_b32": (lambda: dense(128), ROWS, 32),
    "mlp_epoch_512x512": (lambda: dense(512, 512), ROWS, 128),
    "cnn_epoch": (convolutional, ROWS // 10, 64),
}
print(f"PyTorch {torch.__version__}, CPU time of one thread, {REPEATS} repeats")
for name in sys.argv[2:] or WORK:
    build, rows, size = WORK[name]
    epoch(build, 10 * size, size)
    seconds = [epoch(build, rows, size) for _ in range(REPEATS)]
    print(f"{name:28} min {min(seconds):9.3f} s   median {statistics.median(seconds):9.3f} s", flush=True)
