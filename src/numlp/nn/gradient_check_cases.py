"""The networks of the reports' gradient checks, and any other, at parameters that hide no fault."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from numlp.arrays import Array
from numlp.nn.gradient_check import Difference, Labels, check_gradients
from numlp.nn.initializers import Initializer, gaussian, he, initialize
from numlp.nn.network import Network, Placement


@dataclass(frozen=True)
class Case:
    """One network and one batch for the gradient check."""

    name: str  # above its table
    hidden: tuple[int, ...]
    norm: Placement
    n: int = 20  # images of the batch
    d: int = 30  # values of an image
    h: float = 1e-5  # step of the central differences
    init: Initializer = he
    lam: float = 0.0
    samples: int | None = None  # entries checked of each parameter, or None for all
    classes: int = 10
    seed: int = 0  # of parameters, images, labels, sample and what is dropped
    options: Mapping[str, Any] = field(default_factory=dict)  # further arguments of the network, such as dropout
    make: Callable[[], Network] | None = None  # the network in float64, with its weights, in place of `init` and `options`

    def check(self, tolerance: float = 1e-6, tick: Callable[[], None] = lambda: None) -> list[Difference]:
        """The comparison of each parameter of this network; `tick` is called after each entry."""
        network, x, labels = self.draw()
        return check_gradients(network, x, labels, self.lam, self.h, tolerance, self.samples, self.seed, tick)

    def drawn(self) -> int:
        """How many entries `check` goes through, over all parameters."""
        sizes = [view.size for view in self.draw()[0].params.views.values()]
        return sum(size if self.samples is None else min(size, self.samples) for size in sizes)

    def draw(self) -> tuple[Network, Array, Labels]:
        """The network, (N, d) images of mean 0 and deviation 1, as after normalization, and (N,) labels.

        All parameters are drawn, not the weights alone: at its initial value a parameter that a gradient forgets may go unseen.
        """
        rng = np.random.default_rng(self.seed)
        if self.make is not None:
            network = self.make()
        else:
            network = Network((self.d, *self.hidden, self.classes), self.norm, dtype=np.float64, **self.options)
            initialize(network, self.init, rng)
        for name, view in network.params.views.items():
            kind = name.split(".")[1]
            if kind == "b":
                view[...] = rng.normal(0, 0.1, view.shape)
            elif kind == "beta":
                view[...] = rng.normal(0, 0.5, view.shape)
            elif kind == "gamma":
                view[...] = rng.uniform(0.5, 1.5, view.shape) * rng.choice((-1, 1), view.shape)
            elif kind != "W":
                view += rng.normal(0, 0.1, view.shape)
        return network, rng.standard_normal((self.n, self.d)), rng.integers(self.classes, size=self.n)


_NETWORKS: tuple[tuple[str, Sequence[tuple[int, ...]], Placement, int, int, float, Initializer], ...] = (
    ("G1", ((50,), (50, 50), (50, 50, 30)), "before", 3, 10, 1e-5, gaussian(0.01)),
    ("G2", ((4, 5, 6),), "before", 6, 3, 1e-6, he),
    ("G3", ((50,),), "none", 2, 3072, 1e-5, he),
    ("G4", ((20,), (20, 20), (20, 20, 10)), "none", 100, 3072, 1e-6, he),
    ("G4", ((20,), (20, 20), (20, 20, 10)), "before", 100, 3072, 1e-6, he),
    ("G5", ((5, 5),), "after", 10, 10, 1e-5, he),
)
# A first layer on whole images has 61,440 weights or more: the reproduction draws a thousand, `numlp gradcheck` sets its own number.
CASES = tuple(
    Case(name, hidden, norm, n, d, h, init, samples=1000 if d == 3072 else None)
    for name, networks, norm, n, d, h, init in _NETWORKS
    for hidden in networks
)
"""The reports' checks G1 to G5. Where a report does not say how it drew the weights, or its step, this takes He and 1e-5."""
