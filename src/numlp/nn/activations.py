"""Activations: functions of each value on its own, between the affine layers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from numlp.arrays import Array
from numlp.errors import UserError
from numlp.nn.mode import Layer, Mode

__all__ = ["Gelu", "LeakyRelu", "Relu", "Silu"]  # the public names: numlp.Gelu, ...

LEAK = 0.01  # slope of the leaky ReLU below 0
CUBE = 0.044715  # of GELU's approximation
ROOT = float(np.sqrt(2 / np.pi))


class Activation(Layer, Protocol):
    """A layer that is made from its width `d`, and says what the network and the gradient check must know of it.

    Attributes:
        kinked: Whether its derivative jumps where its input is 0; if absent, it does not.
        parameters: The initial value of each parameter of `d` entries that it learns, by name; if absent, none. `__init__` gets, after
            `d`, views of all of them, then of their gradients; settings are parameters with names and defaults behind them.
    """

    def __init__(self, d: int, *views: Array) -> None: ...


@dataclass
class ReluWork:
    """Buffers of one batch."""

    y: Array  # (N, d)
    zeros: Array  # (N, d): the maximum of two arrays takes a third of the time of that of an array and a number
    mask: NDArray[np.bool_]  # (N, d), where the output is positive


class _Pointwise:
    """The base of activations: one without parameters."""

    def __init__(self, d: int, *views: Array) -> None:
        self.d = d


class Relu(_Pointwise):
    """Rectifier y = max(x, 0) of a batch of `d` values a row.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> layer = numlp.Relu(d=3)
        >>> work = layer.work(n=1, dtype=np.float64)
        >>> layer.forward(np.array([[-1.0, 0.0, 2.0]]), work, numlp.TRAINING).tolist()
        [[0.0, 0.0, 2.0]]
        >>> layer.backward(np.ones((1, 3)), work).tolist()
        [[0.0, 0.0, 1.0]]
    """

    kinked = True

    def work(self, n: int, dtype: DTypeLike) -> ReluWork:
        """Buffers for batches of `n` rows."""
        return ReluWork(np.empty((n, self.d), dtype), np.zeros((n, self.d), dtype), np.empty((n, self.d), np.bool_))

    def forward(self, x: Array, work: ReluWork, mode: Mode) -> Array:
        """(N, d) -> (N, d)."""
        return np.maximum(x, work.zeros, out=work.y)

    def backward(self, dy: Array, work: ReluWork) -> Array:
        """(N, d) -> (N, d), in place: the gradient at 0 is 0."""
        np.greater(work.y, work.zeros, out=work.mask)
        return np.multiply(dy, work.mask, out=dy)


@dataclass
class SmoothWork:
    """Buffers of one batch."""

    y: Array  # (N, d)
    slope: Array  # (N, d), the derivative dy/dx of the last forward pass, which is all that its backward pass needs
    scratch: Array  # (N, d)


class _Sloped(_Pointwise):
    """An activation whose forward pass computes the derivative as well."""

    def work(self, n: int, dtype: DTypeLike) -> SmoothWork:
        """Buffers for batches of `n` rows."""
        return SmoothWork(*np.empty((3, n, self.d), dtype))

    def backward(self, dy: Array, work: SmoothWork) -> Array:
        """(N, d) -> (N, d), in place."""
        dy *= work.slope
        return dy


class LeakyRelu(_Sloped):
    """y = x above 0, and LEAK * x below. Source: Maas et al. 2013, ICML workshop WDLASL."""

    kinked = True

    def forward(self, x: Array, work: SmoothWork, mode: Mode) -> Array:
        """(N, d) -> (N, d)."""
        np.greater(x, 0, out=work.slope)
        np.maximum(work.slope, LEAK, out=work.slope)
        return np.multiply(x, work.slope, out=work.y)


class Silu(_Sloped):
    """y = x * sigmoid(x), also called swish. Source: Elfwing et al. 2018, arXiv:1702.03118, equation 5."""

    def forward(self, x: Array, work: SmoothWork, mode: Mode) -> Array:
        """(N, d) -> (N, d); dy/dx = s + y * (1 - s), with s the sigmoid."""
        s, y, slope = work.scratch, work.y, work.slope
        np.multiply(x, 0.5, out=s)
        np.tanh(s, out=s)  # sigmoid(x) = (1 + tanh(x / 2)) / 2, which does not overflow
        s += 1
        s *= 0.5
        np.multiply(x, s, out=y)
        np.multiply(y, s, out=slope)
        np.subtract(y, slope, out=slope)
        slope += s
        return y


class Gelu(_Sloped):
    """y = x * (1 + t) / 2, t = tanh(ROOT * (x + CUBE * x^3)). Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2."""

    def forward(self, x: Array, work: SmoothWork, mode: Mode) -> Array:
        """(N, d) -> (N, d); dy/dx = (1 + t) / 2 + x * (1 - t^2) / 2 * ROOT * (1 + 3 * CUBE * x^2)."""
        t, y, slope = work.scratch, work.y, work.slope
        np.multiply(x, x, out=slope)
        np.multiply(slope, CUBE, out=t)
        t += 1
        t *= x
        t *= ROOT
        np.tanh(t, out=t)
        slope *= 3 * CUBE * ROOT
        slope += ROOT
        slope *= x  # the derivative of tanh's argument, times x
        np.multiply(t, t, out=y)
        np.subtract(1, y, out=y)
        slope *= y
        t += 1
        slope += t
        slope *= 0.5
        np.multiply(x, t, out=y)
        y *= 0.5
        return y


def kind_of(activation: Callable[..., Activation]) -> type[Activation]:
    """The class of an activation, to which `functools.partial` may have bound settings."""
    kind = getattr(activation, "func", activation)
    if not (isinstance(kind, type) and hasattr(kind, "forward")):
        raise UserError(f"activation: expected a class of layers, got {getattr(kind, '__name__', kind)}")
    return kind


def initial_values(activation: Callable[..., Activation]) -> Mapping[str, float]:
    """The initial value of each parameter that an activation learns, by name."""
    return getattr(kind_of(activation), "parameters", {})


def layer_name(activation: Callable[..., Activation], index: int) -> str:
    """The name of the activation behind affine layer `index`: "leakyrelu1" of LeakyRelu."""
    return f"{kind_of(activation).__name__.lower()}{index}"
