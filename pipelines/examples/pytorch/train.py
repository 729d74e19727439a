"""A multilayer perceptron on Fisher's irises, by PyTorch: a script that Surmise tunes.

All it does for that: it reads its parameters from SURMISE_PARAMS, and prints lines of JSON. Without
Surmise it runs with the parameters below.
"""

import argparse
import csv
import json
import os

import torch

arguments = argparse.ArgumentParser()
arguments.add_argument("data")
arguments.add_argument("--seed", type=int, default=0)
arguments.add_argument("--epochs", type=int, default=30)
arguments = arguments.parse_args()

params = {"lr": 0.01, "hidden": 16, "activation": "relu", "optimizer": "adam", "momentum": 0.0}
params.update(json.loads(os.environ.get("SURMISE_PARAMS", "{}")))

with open(arguments.data, newline="") as file:
    rows = list(csv.reader(file))[1:]
names = sorted({row[-1] for row in rows})
x = torch.tensor([[float(value) for value in row[:-1]] for row in rows])
y = torch.tensor([names.index(row[-1]) for row in rows])

# One split for all trials, so that they can be compared.
order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(2026))
train, test = order[:100], order[100:]
x = (x - x[train].mean(0)) / x[train].std(0)

torch.manual_seed(arguments.seed)
model = torch.nn.Sequential(
    torch.nn.Linear(x.shape[1], params["hidden"]),
    {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[params["activation"]](),
    torch.nn.Linear(params["hidden"], len(names)),
)
if params["optimizer"] == "adam":
    optimizer = torch.optim.Adam(model.parameters(), lr=params["lr"])
else:
    optimizer = torch.optim.SGD(model.parameters(), lr=params["lr"], momentum=params["momentum"])


def accuracy():
    with torch.no_grad():
        return (model(x[test]).argmax(1) == y[test]).float().mean().item()


for epoch in range(1, arguments.epochs + 1):
    for batch in train[torch.randperm(len(train))].split(16):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
        optimizer.step()
    print(json.dumps({"step": epoch, "accuracy": accuracy()}), flush=True)

print(json.dumps({"metric": accuracy()}))
