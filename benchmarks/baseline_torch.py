"""The same training in PyTorch, eager: Linear, BatchNorm1d, ReLU, cross-entropy, a fused optimiser that decays the weights alone."""

import os
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks import timing
from benchmarks.task import CHANGES, Task
from numlp.config.data import SIDE
from numlp.optim.schedules import cyclical

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def step(task: Task) -> Callable[[], float]:
    """Seconds an update."""
    return timing.step(trained, task)


def networks(task: Task) -> Callable[[], float]:
    """Seconds to train the task's networks."""
    return timing.networks(trained, task)


def trained(task: Task, lam: float) -> Callable[[], None]:
    """Train a network of the task's shape; again, where it is called again."""
    torch.manual_seed(0)
    images = torch.from_numpy(np.load(task.data / "train_images.npy", mmap_mode="c"))
    labels = torch.from_numpy(np.load(task.data / "train_labels.npy").astype(np.int64))
    model, schedule = network(task), cyclical(1e-5, task.eta_max, 2250)
    weights = [p for p in model.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if p.ndim == 1]
    groups = [{"params": weights, "weight_decay": 2 * lam}, {"params": others}]
    optimiser = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[task.optimiser](groups, lr=task.eta_max, fused=True)
    x = torch.empty(task.batch, images.shape[1])

    def run() -> None:
        for number, index in zip(range(task.steps), batches(len(labels), task.batch), strict=False):
            torch.index_select(images, 0, index, out=x)
            for group in optimiser.param_groups:
                group["lr"] = schedule(number)
            optimiser.zero_grad()
            loss(model, x, labels[index], task.changed).backward()
            optimiser.step()

    return run


def loss(model: nn.Module, x: Tensor, labels: Tensor, changed: bool) -> Tensor:
    """Mean cross-entropy of a batch; where the task asks for it, of changed and mixed images."""
    if not changed:
        return nn.functional.cross_entropy(model(x), labels)
    change(x.view(-1, 3, SIDE, SIDE))
    order, share = torch.randperm(len(x)), float(torch.distributions.Beta(CHANGES["mixup"], CHANGES["mixup"]).sample())
    logits = model(torch.lerp(x[order], x, share))
    return share * nn.functional.cross_entropy(logits, labels) + (1 - share) * nn.functional.cross_entropy(logits, labels[order])


def change(images: Tensor) -> None:
    """Flip, shift and cut out each image at random, in place; by operations on the whole batch."""
    n, shift, side = len(images), int(CHANGES["shift"]), int(CHANGES["cutout"])
    flipped = torch.rand(n) < 0.5
    images[flipped] = images[flipped].flip(3)
    padded = nn.functional.pad(images, (shift,) * 4)
    down, right = torch.randint(0, 2 * shift + 1, (2, n))
    windows = padded.unfold(2, SIDE, 1).unfold(3, SIDE, 1)  # (N, 3, 2 shift + 1, 2 shift + 1, 32, 32)
    images.copy_(windows[torch.arange(n), :, down, right])
    places, low = torch.arange(SIDE), torch.randint(0, SIDE, (2, n, 1)) - side // 2
    rows, columns = (places >= low) & (places < low + side)
    images *= ~(rows[:, None, :, None] & columns[:, None, None, :])


def network(task: Task) -> nn.Sequential:
    """The task's network; batch norm has its moving average, as ours."""
    layers: list[nn.Module] = []
    for d_in, d_out in pairwise(task.sizes[:-1]):
        norm = [nn.BatchNorm1d(d_out, momentum=0.1)] if task.norm == "before" else []
        dropout = [nn.Dropout(CHANGES["dropout"])] if task.changed else []
        layers += [nn.Linear(d_in, d_out), *norm, nn.ReLU(inplace=True), *dropout]
    return nn.Sequential(*layers, nn.Linear(*task.sizes[-2:]))


def batches(n: int, size: int) -> Iterator[Tensor]:
    """Whole batches of each epoch, in random order, without an end."""
    while True:
        yield from torch.randperm(n)[: n - n % size].split(size)
