"""The same training in PyTorch, eager: Linear, BatchNorm1d, ReLU, cross-entropy, a fused optimizer that decays the weights alone."""

from itertools import pairwise

import torch
from torch import nn

import numlp
from benchmarks.task import ETA, Task, Train


def prepare(task: Task, part: numlp.Part, threads: int) -> Train:
    torch.set_num_threads(threads)
    data, classes, batches = torch.from_numpy(part.x[:]), torch.from_numpy(part.labels), torch.from_numpy(task.batches())
    x, networks = torch.empty(task.batch, data.shape[1]), [make(task, lam) for lam in task.lams]

    def train() -> None:
        for model, optimizer in networks:
            for index in batches:
                torch.index_select(data, 0, index, out=x)
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(x), classes[index]).backward()
                optimizer.step()

    return train


def make(task: Task, lam: float) -> tuple[nn.Module, torch.optim.Optimizer]:
    """The task's network and optimizer; the penalty's gradient is 2 * lam * W."""
    layers: list[nn.Module] = []
    for d_in, d_out in pairwise(task.sizes[:-1]):
        layers += [nn.Linear(d_in, d_out), *([nn.BatchNorm1d(d_out)] if task.norm else []), nn.ReLU(inplace=True)]
    model = nn.Sequential(*layers, nn.Linear(*task.sizes[-2:]))
    weights, others = ([p for p in model.parameters() if p.ndim == axes] for axes in (2, 1))
    groups = [{"params": weights, "weight_decay": 2 * lam}, {"params": others}]
    return model, (torch.optim.Adam if task.adam else torch.optim.SGD)(groups, lr=ETA, fused=True)
