"""The gradient check: analytic gradients against central differences of the cost, parameter by parameter."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.errors import require
from numlp.nn.loss import cross_entropy, cross_entropy_gradient
from numlp.nn.mode import Mode
from numlp.nn.network import Network, Pass

Labels: TypeAlias = NDArray[np.integer]
Verdict: TypeAlias = Literal["agrees", "zero", "differs", "unchecked"]

ROUNDING = 32.0
"""Rounding errors, in units of eps * max(1, cost) / h, that a central difference may hold: eight times the most seen in 90 networks."""


@dataclass(frozen=True)
class Difference:
    """Numerical minus analytic gradient of one parameter, over the entries that were checked.

    `mean_abs`, `mean`, `std` and `max_abs` are those of the plain central difference D(h) = (J(+h) - J(-h)) / 2h, as the
    reports show them. D(h) itself is off by h^2 J'''/6, more than 1e-6 of the gradient where batch norm divides by a small
    deviation. So the verdict rests on D extrapolated to h = 0, (4 D(h/2) - D(h)) / 3, whose error falls with h^4.

    * "agrees": the norm-relative error is at most the tolerance.
    * "differs": it is above.
    * "zero": every entry of the numerical gradient is within a central difference's rounding error, ROUNDING * eps * max(1, J) / h,
      *and* every entry of the analytic one, which no h divides, within a thousandth of that: the bias before batch norm, or
      units that are never active. A quotient of two such vectors would be rounding alone, so `relative` is then 0. Any
      other gradient has to meet the tolerance, however small it is.
    * "unchecked": each entry has a kink within h, which counts as a failure; the differences are NaN and `relative` is infinite.

    Source: Richardson 1911, Phil. Trans. R. Soc. A 210, section 2.1 (the extrapolation).
    """

    name: str  # of the parameter, e.g. "linear1.W"
    size: int  # its entries
    checked: int  # entries compared
    kinks: int  # entries drawn but left out, because a unit switches on or off between -h and +h, where no derivative exists
    gradient_mean: float  # of the analytic gradient, over all entries
    gradient_std: float
    mean_abs: float  # of the difference, as the next three
    mean: float
    std: float
    max_abs: float
    relative: float  # ||numerical - analytic|| / max(||numerical||, ||analytic||), the numerical one extrapolated
    verdict: Verdict

    @property
    def drawn(self) -> int:
        """Entries drawn, those left out among them."""
        return self.checked + self.kinks

    @property
    def passed(self) -> bool:
        """Whether the gradient is as it should be."""
        return self.verdict in ("agrees", "zero")


def check_gradients(
    network: Network,
    x: Array,
    labels: Labels,
    lam: float,
    h: float,
    tolerance: float = 1e-6,
    samples: int | None = None,
    seed: int = 0,
    tick: Callable[[], None] = lambda: None,
) -> list[Difference]:
    """Compare the gradients of cross-entropy + lam * sum of squared weights, with batch moments, one parameter at a time.

    Args:
        network: In float64; its parameters are afterwards as before, its gradients those of the batch.
        x: (N, d) inputs.
        labels: (N,) classes.
        lam: Weight of the penalty.
        h: Step of the central differences.
        tolerance: Highest norm-relative error that passes.
        samples: Check so many entries of each parameter, drawn without repetition, or all by default. A wrong formula
            shows in any few entries; a single wrong entry only if it is drawn.
        seed: The seed of that draw, and of what dropout drops, which is the same in all passes.
        tick: Called after each entry.

    Raises:
        UserError: The network is not in float64, or a step, tolerance or number of samples is out of range.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> rng = np.random.default_rng(0)
        >>> network = numlp.Network((5, 4, 3), norm="before", dtype=np.float64)
        >>> numlp.initialize(network, numlp.he, rng)
        >>> x, labels = rng.standard_normal((8, 5)), rng.integers(3, size=8)
        >>> differences = numlp.check_gradients(network, x, labels, lam=0.01, h=1e-5)
        >>> all(difference.passed for difference in differences)
        True
    """
    require(network.dtype == np.float64, "gradient check", "a network in float64", dtype=str(network.dtype))
    require(0 < h < 1 and 0 < tolerance < 1, "gradient check", "h and tolerance between 0 and 1", h=h, tolerance=tolerance)
    require(samples is None or samples >= 1, "gradient check", "samples of at least 1, or None for all", samples=samples)
    probe = _Probe(network, x, labels, lam, Mode(batch_moments=True, noise=(seed, 0)))
    rounding = ROUNDING * float(np.finfo(np.float64).eps) * max(1.0, probe.cost(0)[0]) / h
    rng = np.random.default_rng(seed)
    differences = []
    for name, gradient in probe.gradients().items():
        size = gradient.size
        entries = np.arange(size) if samples is None or samples >= size else rng.choice(size, samples, replace=False)
        plain, extrapolated = probe.slopes(name, entries, h, tick)
        differences.append(_compare(name, gradient, entries, plain, extrapolated, rounding, tolerance))
    return differences


class _Probe:
    """The cost of one batch, computed again from a given layer on after one of that layer's parameters was changed."""

    def __init__(self, network: Network, x: Array, labels: Labels, lam: float, mode: Mode) -> None:
        self.network, self.labels, self.lam, self.mode = network, labels, lam, mode
        self.batch = Pass(network)
        self.names = list(network.layers)
        self.inputs: list[Array] = [x, *(y.copy() for _, y in self.batch.outputs(x, mode))]  # of each layer, and the logits last

    def cost(self, start: int) -> tuple[float, NDArray[np.bool_]]:
        """The cost, and which units of activations with a kink are active, from layer `start` on."""
        x, active = self.inputs[start], [np.empty(0, np.bool_)]
        for name in self.names[start:]:
            layer, work = self.batch.steps[name]
            if getattr(layer, "kinked", False):
                active.append((x > 0).reshape(-1))
            x = layer.forward(x, work, self.mode)
        return cross_entropy(x, self.labels) + self.network.penalty(self.lam), np.concatenate(active)

    def gradients(self) -> dict[str, Array]:
        """Analytic gradients by name, each as a vector."""
        network = self.network
        logits = self.batch.forward(self.inputs[0], self.mode)
        self.batch.backward(cross_entropy_gradient(logits, self.labels))
        network.add_penalty_gradient(self.lam)
        return {name: view.reshape(-1) for name, view in network.grads.views.items()}

    def slopes(self, name: str, entries: NDArray[np.integer], h: float, tick: Callable[[], None]) -> tuple[Array, Array]:
        """D(h) and its extrapolation in some entries of a parameter; NaN where a unit switches within the step."""
        start = self.names.index(name.partition(".")[0])
        values = self.network.params[name].reshape(-1)  # a view
        before = self.cost(start)[1]
        plain, extrapolated = np.full((2, len(entries)), np.nan)
        for place, entry in enumerate(entries):
            value = values[entry]
            costs, switched = np.empty(4), False
            for k, step in enumerate((h, -h, h / 2, -h / 2)):
                values[entry] = value + step
                costs[k], active = self.cost(start)
                switched = switched or not np.array_equal(active, before)
            values[entry] = value
            if not switched:
                wide, narrow = (costs[0] - costs[1]) / (2 * h), (costs[2] - costs[3]) / h
                plain[place], extrapolated[place] = wide, (4 * narrow - wide) / 3
            tick()
        return plain, extrapolated


def _compare(
    name: str, gradient: Array, entries: NDArray[np.integer], plain: Array, extrapolated: Array, rounding: float, tolerance: float
) -> Difference:
    smooth = ~np.isnan(plain)
    checked, kinks = int(smooth.sum()), int((~smooth).sum())
    summary = (name, gradient.size, checked, kinks, float(gradient.mean()), float(gradient.std()))
    if checked == 0:
        return Difference(*summary, math.nan, math.nan, math.nan, math.nan, math.inf, "unchecked")
    analytic, numerical = gradient[entries][smooth], extrapolated[smooth]
    off = plain[smooth] - analytic
    statistics = (float(np.abs(off).mean()), float(off.mean()), float(off.std()), float(np.abs(off).max()))
    if np.abs(numerical).max() <= rounding and np.abs(analytic).max() <= rounding / 1000:
        return Difference(*summary, *statistics, 0.0, "zero")
    relative = float(np.linalg.norm(numerical - analytic) / max(np.linalg.norm(numerical), np.linalg.norm(analytic)))
    return Difference(*summary, *statistics, relative, "agrees" if relative <= tolerance else "differs")
