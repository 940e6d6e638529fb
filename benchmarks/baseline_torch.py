"""The same training in PyTorch, eager: Linear, BatchNorm1d, ReLU, cross-entropy, a fused optimizer that decays the weights alone."""

import os
from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

import numlp
from benchmarks.task import BATCH, HALF_CYCLE, LAM, Images, Labels, Task, Train


def prepare(task: Task, images: Images, labels: Labels) -> Train:
    """A network of the task's shape, ready to train."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(0)
    data, classes = torch.from_numpy(images), torch.from_numpy(labels)
    model, schedule = network(task), numlp.Cyclical(1e-5, task.eta_max, HALF_CYCLE).rates(per_epoch=1, steps=1)
    weights = [p for p in model.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": weights, "weight_decay": 2 * LAM}, {"params": others}]
    optimizer = (torch.optim.Adam if task.adam else torch.optim.SGD)(groups, lr=task.eta_max, fused=True)
    x = torch.empty(BATCH, data.shape[1])

    def train() -> None:
        for number, index in zip(range(task.steps), batches(len(classes)), strict=False):
            torch.index_select(data, 0, index, out=x)
            for group in optimizer.param_groups:
                group["lr"] = schedule(number)
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), classes[index]).backward()
            optimizer.step()

    return train


def network(task: Task) -> nn.Sequential:
    """The task's network; batch norm has its moving average, as ours."""
    layers: list[nn.Module] = []
    for d_in, d_out in pairwise(task.sizes[:-1]):
        norm = [nn.BatchNorm1d(d_out, momentum=0.1)] if task.norm else []
        layers += [nn.Linear(d_in, d_out), *norm, nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.Linear(*task.sizes[-2:]))


def batches(n: int) -> Iterator[Tensor]:
    """Whole batches of each epoch, in random order, without an end."""
    while True:
        yield from torch.randperm(n)[: n - n % BATCH].split(BATCH)
