"""Make golden.npz: what PyTorch computes for small networks, to compare numlp with.

Not run by the tests. PyTorch is no dependency of the project; in an environment of its own:

    pip install torch==2.13.0 numpy==2.4.6
    python tests/golden/make_golden.py

Everything is float64. For each norm (none, before, after) the keys are

    <norm>/start/<parameter>, x, labels       the values that both begin with
    <norm>/logits, <norm>/cost                forward pass with batch moments; cost = cross-entropy + LAM * sum ||W||^2
    <norm>/grad/<parameter>                   gradient of that cost
    <norm>/<optimizer>/<parameter>            parameters after STEPS steps on the same batch by sgd, momentum or adam
    <norm>/moments/<bn>.<mean|var>            batch moments of the first forward pass; the variance divides by N

and `about` is a JSON text with the version of PyTorch and the constants below. Weights are (d_in, d_out), as in numlp.
"""

import json
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

SIZES, N = (12, 7, 5, 4, 6), 9
EPS, LAM, ETA, STEPS = 1e-9, 0.01, 0.05, 3
OPTIMIZERS = {"sgd": torch.optim.SGD, "momentum": partial(torch.optim.SGD, momentum=0.9), "adam": torch.optim.Adam}


def make_network(norm: str) -> nn.Sequential:
    """The hidden layers in the order that `norm` asks for, and the output layer."""
    layers: list[nn.Module] = []
    for d_in, d_out in pairwise(SIZES[:-1]):
        batch_norm = nn.BatchNorm1d(d_out, eps=EPS)
        block = {"none": [nn.ReLU()], "before": [batch_norm, nn.ReLU()], "after": [nn.ReLU(), batch_norm]}[norm]
        layers += [nn.Linear(d_in, d_out), *block]
    return nn.Sequential(*layers, nn.Linear(SIZES[-2], SIZES[-1])).double()


def named(network: nn.Sequential, of: str) -> dict[str, np.ndarray]:
    """Values (`of="data"`) or gradients (`of="grad"`) by numlp's names and in its shapes."""
    result = {}
    for kind, name, ends in ((nn.Linear, "linear", ("W", "b")), (nn.BatchNorm1d, "bn", ("gamma", "beta"))):
        for index, layer in enumerate((m for m in network if isinstance(m, kind)), start=1):
            weight, bias = (getattr(p, of).detach().numpy().copy() for p in (layer.weight, layer.bias))
            result[f"{name}{index}.{ends[0]}"] = weight.T.copy() if kind is nn.Linear else weight
            result[f"{name}{index}.{ends[1]}"] = bias
    return result


def randomize(network: nn.Sequential) -> None:
    """Non-standard values everywhere: a gamma of 1 or a beta of 0 would hide a fault."""
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, nn.BatchNorm1d):
                layer.weight.uniform_(0.5, 1.5).mul_(torch.randint(0, 2, layer.weight.shape).double() * 2 - 1)
                layer.bias.normal_(0, 0.5)
            elif isinstance(layer, nn.Linear):
                layer.weight.normal_(0, 0.5)
                layer.bias.normal_(0, 0.3)


def cost(network: nn.Sequential, x: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy and the penalty of the weights, so that LAM's part is in the gradient."""
    penalty = sum((layer.weight**2).sum() for layer in network if isinstance(layer, nn.Linear))
    return nn.functional.cross_entropy(network(x), labels) + LAM * penalty


def moments(network: nn.Sequential, x: torch.Tensor) -> dict[str, np.ndarray]:
    """The inputs' means and variances of each batch norm layer."""
    result, index = {}, 0
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, nn.BatchNorm1d):
                index += 1
                result |= {f"bn{index}.mean": x.mean(0).numpy(), f"bn{index}.var": x.var(0, correction=0).numpy()}
            x = layer(x)
    return result


def golden(norm: str, x: torch.Tensor, labels: torch.Tensor) -> dict[str, np.ndarray]:
    """All that is kept for one norm."""
    network = make_network(norm)
    randomize(network)
    start = {name: value.clone() for name, value in network.state_dict().items()}
    parts = {"start": named(network, "data"), "moments": moments(network, x)}
    result = {"logits": network(x).detach().numpy(), "cost": cost(network, x, labels).detach().numpy()}
    cost(network, x, labels).backward()
    parts["grad"] = named(network, "grad")
    for name, make in OPTIMIZERS.items():
        network.load_state_dict(start)
        steps = make(network.parameters(), lr=ETA)
        for _ in range(STEPS):
            steps.zero_grad()
            cost(network, x, labels).backward()
            steps.step()
        parts[name] = named(network, "data")
    return result | {f"{part}/{name}": value for part, values in parts.items() for name, value in values.items()}


def main() -> None:
    """Write golden.npz beside this script."""
    torch.manual_seed(0)
    x, labels = torch.randn(N, SIZES[0]).double(), torch.randint(0, SIZES[-1], (N,))
    about = {"torch": torch.__version__, "numpy": np.__version__, "sizes": SIZES, "eps": EPS, "lam": LAM, "eta": ETA, "steps": STEPS}
    arrays = {"about": np.array(json.dumps(about)), "x": x.numpy(), "labels": labels.numpy()}
    for norm in ("none", "before", "after"):
        arrays |= {f"{norm}/{key}": value for key, value in golden(norm, x, labels).items()}
    np.savez_compressed(Path(__file__).with_name("golden.npz"), **arrays)


if __name__ == "__main__":
    main()
