"""The k-layer network: named layers over flat parameters, gradients and moments."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from numlp.arrays import Array, Shape
from numlp.errors import UserError, require
from numlp.nn.activations import Activation, Relu, initial_values, layer_name
from numlp.nn.batch_norm import BatchNorm
from numlp.nn.dropout import Dropout
from numlp.nn.linear import Linear
from numlp.nn.mode import Layer, Mode

if TYPE_CHECKING:
    from numlp.nn.shares import SharedPass

Placement: TypeAlias = Literal["none", "before", "after"]
EPS = float(np.finfo(np.float64).eps)
ALL = slice(None)  # columns


class Flat(Mapping[str, Array]):
    """Named arrays that share one vector, in the order given.

    The optimizer, the penalty, a checkpoint and a comparison are operations on `vector`; layers hold the views.

    Attributes:
        vector: (size,) all the arrays, one after the other.
        views: The arrays by name; writing to one writes to the vector.
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: DTypeLike) -> None:
        sizes = [math.prod(shape) for shape in shapes.values()]
        self.vector: Array = np.zeros(sum(sizes), dtype)
        stops = np.cumsum(sizes, dtype=int)
        self.views: dict[str, Array] = {
            name: self.vector[stop - size : stop].reshape(shape)
            for (name, shape), size, stop in zip(shapes.items(), sizes, stops, strict=True)
        }

    def __getitem__(self, name: str) -> Array:
        return self.views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.views)

    def __len__(self) -> int:
        return len(self.views)

    def __repr__(self) -> str:
        return ", ".join(f"{name} {view.shape}" for name, view in self.views.items())


class Network:
    """Fully connected network with a linear output (softmax belongs to the loss).

    A hidden layer is Linear, BatchNorm, Relu (`norm="before"`), Linear, Relu, BatchNorm (`"after"`) or Linear, Relu
    (`"none"`), or another activation in Relu's place; the output layer is Linear alone.

    Args:
        sizes: Widths from input to output, e.g. (3072, 50, 50, 10) for the reports' 3-layer network.
        norm: Where batch normalization stands with regard to the non-linearity.
        eps: Added to batch norm's variances.
        dtype: float32 to train, float64 to check gradients.
        dropout: Rate at which the outputs of each hidden layer are dropped, by the noise of the pass's `Mode`; 0 leaves the layer out.
        input_dropout: The same rate of the inputs.
        activation: Class of the layers between the affine ones, such as `numlp.Gelu`; a `functools.partial` of it holds its settings.

    Attributes:
        params: All parameters; the weights first, then b, gamma, beta and those of the activation of each layer (names: docs/formats.md).
        grads: Their gradients, in the same order.
        moments: The stored means and variances of the batch norm layers.
        weights: The part of `params.vector` that the penalty applies to.
        layers: By name, from input to output: "linear1", "bn1", "relu1" and so on; the parameters of a layer begin with its name.

    Raises:
        UserError: Fewer than two sizes, or one that is not a positive whole number; no class of an activation.

    Examples:
        >>> import numlp
        >>> network = numlp.Network((3072, 50, 50, 10), norm="before")
        >>> network
        layer    output   parameters                values
        linear1  (N, 50)  W (3072, 50), b (50,)    153,650
        bn1      (N, 50)  gamma (50,), beta (50,)      100
        relu1    (N, 50)                                 0
        linear2  (N, 50)  W (50, 50), b (50,)        2,550
        bn2      (N, 50)  gamma (50,), beta (50,)      100
        relu2    (N, 50)                                 0
        linear3  (N, 10)  W (50, 10), b (10,)          510
        156,910 values of float32; all weights are 0 until numlp.initialize draws them
    """

    def __init__(
        self,
        sizes: Sequence[int],
        norm: Placement = "none",
        eps: float = EPS,
        dtype: DTypeLike = np.float32,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        activation: Callable[..., Activation] = Relu,
    ) -> None:
        widths = np.asarray(sizes)
        fitting = widths.dtype.kind in "iu" and widths.ndim == 1 and len(widths) >= 2 and widths.min() >= 1
        require(fitting, "network", "a sequence of two or more whole numbers of at least 1", sizes=widths.tolist())
        require(np.dtype(dtype).kind == "f", "network", "a dtype of float32 or float64", dtype=str(np.dtype(dtype)))
        require(norm in ("none", "before", "after"), "network", "a norm of none, before or after", norm=norm)
        self.sizes, self.norm, self.eps, self.dtype, self.activation = tuple(sizes), norm, eps, np.dtype(dtype), activation
        self.depth = len(sizes) - 1
        shapes = parameter_shapes(sizes, norm, activation)
        self.params, self.grads = Flat(shapes, dtype), Flat(shapes, dtype)
        self.moments = Flat(moment_shapes(sizes, norm), dtype)
        size = sum(a * b for a, b in pairwise(sizes))
        self.weights, self.weight_grads = self.params.vector[:size], self.grads.vector[:size]
        self.dropout, self.input_dropout = dropout, input_dropout
        self.layers = self._dropout(0, input_dropout)
        for index in range(1, self.depth + 1):
            self.layers |= self.block(index)
        for name, view in self.params.views.items():
            kind = name.partition(".")[2]
            view[...] = initial_values(activation).get(kind, kind == "gamma")
        for name, view in self.moments.views.items():
            view[...] = name.endswith("var")

    def __repr__(self) -> str:
        """A line per layer: the shape of its output, its parameters and how many values they have."""
        rows, width = [("layer", "output", "parameters", "values")], self.sizes[0]
        for name, layer in self.layers.items():
            width = layer.W.shape[1] if isinstance(layer, Linear) else width
            views = {full.partition(".")[2]: view for full, view in self.params.views.items() if full.startswith(f"{name}.")}
            parameters = ", ".join(f"{kind} {view.shape}" for kind, view in views.items())
            rows.append((name, f"(N, {width})", parameters, f"{sum(view.size for view in views.values()):,}"))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row[:3], widths)) + f"  {row[3]:>{widths[3]}}" for row in rows]
        note = "" if self.weights.any() else "; all weights are 0 until numlp.initialize draws them"
        return "\n".join([*lines, f"{self.params.vector.size:,} values of {self.dtype}{note}"])

    def block(self, index: int, columns: slice = ALL) -> dict[str, Layer]:
        """Affine layer `index` and, up to the next one, the layers behind it, or the part of these that some columns pass through."""
        linear: dict[str, Layer] = {(name := f"linear{index}"): Linear(*self._views(name, "W", "b"))}
        if index == self.depth:
            return linear
        width = len(range(self.sizes[index])[columns])
        learned = self._views(name := layer_name(self.activation, index), *initial_values(self.activation))
        activation: dict[str, Layer] = {name: self.activation(width, *(view[columns] for view in learned))}
        dropout = self._dropout(index, self.dropout, columns)
        if self.norm == "none":
            return linear | activation | dropout
        name = f"bn{index}"
        views = [*self._views(name, "gamma", "beta"), self.moments[f"{name}.mean"], self.moments[f"{name}.var"]]
        gamma, beta, dgamma, dbeta, mean, var = (view[columns] for view in views)
        norm: dict[str, Layer] = {name: BatchNorm(gamma, beta, dgamma, dbeta, mean, var, self.eps)}
        return (linear | norm | activation if self.norm == "before" else linear | activation | norm) | dropout

    def _views(self, layer: str, *parameters: str) -> list[Array]:
        """Views of a layer's parameters, and then those of their gradients."""
        return [flat[f"{layer}.{name}"] for flat in (self.params, self.grads) for name in parameters]

    def _dropout(self, index: int, rate: float, columns: slice = ALL) -> dict[str, Layer]:
        """Dropout behind the layers of `index`, 0 being the input; none at a rate of 0."""
        return {f"dropout{index}": Dropout(self.sizes[index], rate, index, columns)} if rate != 0 else {}

    def penalty(self, lam: float) -> float:
        """Lam * sum of squared weights (no 1/2)."""
        return lam * float(np.dot(self.weights, self.weights))

    def add_penalty_gradient(self, lam: float) -> None:
        """Add 2 * lam * W, the gradient of `penalty`, to the weights' gradients."""
        if lam > 0:
            self.weight_grads += (2 * lam) * self.weights


class Pass:
    """The forward and backward pass of batches, with buffers for each size of a batch that are used again and again.

    Args:
        network: Its parameters are read, its gradients written.

    Attributes:
        moments: The batch's means and variances after a forward pass that uses them; like `network.moments`.
        threads: Threads of Python that share each layer: one; `numlp.nn.shares` has the pass of several.
        steps: The layers of the last forward pass with their buffers, by name.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> network = numlp.Network((2, 3))
        >>> batch = numlp.Pass(network)
        >>> logits = batch.forward(np.ones((4, 2), np.float32), numlp.TRAINING)
        >>> batch.backward(numlp.cross_entropy_gradient(logits, np.array([0, 1, 2, 2])))
        >>> network.grads["linear1.W"].shape
        (2, 3)
    """

    threads = 1

    def __init__(self, network: Network) -> None:
        self.network = network
        self.moments = Flat(moment_shapes(network.sizes, network.norm), network.dtype)
        self.steps: dict[str, tuple[Layer, Any]] = {}
        self._by_size: dict[int, dict[str, tuple[Layer, Any]]] = {}
        self._modes: dict[int, Mode] = {}  # of the last forward pass of each size
        self._unchecked: set[int] = set()  # sizes without a backward pass so far
        self._dtype, self._row, self._first = network.dtype, network.sizes[:1], list(network.layers).index("linear1")

    def forward(self, x: Array, mode: Mode) -> Array:
        """(N, d) inputs -> (N, K) logits, in a buffer that the next pass over N rows writes over.

        Raises:
            UserError: The inputs, or the result of an activation, are of another shape or type than expected; no noise for dropout.
        """
        *_, (_, logits) = self.outputs(x, mode)
        return logits

    def outputs(self, x: Array, mode: Mode) -> Iterator[tuple[str, Array]]:
        """Do as `forward` does, and yield each layer's name and output."""
        first = self._begin(x, mode)
        for name, (layer, work) in self.steps.items():
            y = layer.forward(x, work, mode)
            if first and not isinstance(layer, Linear):
                require_alike(name, layer, "forward", x, y)
            x = y
            yield name, x

    def backward(self, dy: Array) -> None:
        """Fill the network's gradients from those in the logits, after a forward pass with the batch's moments."""
        if (mode := self._modes.get(len(dy))) is None:
            raise UserError(f"backward: expected a gradient with as many rows as the inputs of a forward pass, got {len(dy)}")
        if not mode.batch_moments and self.moments.views:
            raise UserError("backward: expected a forward pass with the batch's moments before it, such as numlp.TRAINING's")
        if dy.dtype != self._dtype:
            raise UserError(f"backward: expected a gradient of {self._dtype}, the type of the network, got {dy.dtype}")
        first = len(dy) in self._unchecked
        self._unchecked.discard(len(dy))
        steps = list(self._by_size[len(dy)].items())
        for name, (layer, work) in steps[: self._first : -1]:
            dx = layer.backward(dy, work)
            if first and not isinstance(layer, Linear):
                require_alike(name, layer, "backward", dy, dx)
            dy = dx
        layer, work = steps[self._first][1]
        assert isinstance(layer, Linear)  # before it no layer has parameters
        layer.backward_parameters(dy, work)

    def _begin(self, x: Array, mode: Mode) -> bool:
        """Take the buffers for the rows of `x`, and tell whether they are new."""
        if x.dtype != self._dtype:
            raise UserError(
                f"input: expected {self._dtype}, the type of the network, got {x.dtype}; x.astype(np.{self._dtype}) converts it"
            )
        if x.shape[1:] != self._row or len(x) == 0:
            raise UserError(f"input: expected rows of {self._row[0]} values, shape (N, {self._row[0]}), got shape {x.shape}")
        if new := len(x) not in self._by_size:
            require(isinstance(mode, Mode), "mode", "numlp.TRAINING, numlp.PREDICTION or another numlp.Mode", mode=mode)
            works = {name: layer.work(len(x), self._dtype) for name, layer in self.network.layers.items()}
            for name, layer in self.network.layers.items():
                if isinstance(layer, BatchNorm):
                    works[name].mean, works[name].var = self.moments[f"{name}.mean"], self.moments[f"{name}.var"]
            self._by_size[len(x)] = {name: (layer, works[name]) for name, layer in self.network.layers.items()}
            self._unchecked.add(len(x))
        self.steps, self._modes[len(x)] = self._by_size[len(x)], mode
        return new


def set_from_batch(network: Network, x: Array) -> None:
    """Store the moments of one forward pass over the (N, d) rows of `x`, layer after layer with batch moments.

    Over the first batch this starts the moving average; over many training images it gives the *precise* moments,
    over images of the test distribution the *adaptive* ones.

    Source: the batch moments of Ioffe and Szegedy 2015, algorithm 2, with one large batch; adaptive: Li et al. 2016,
    arXiv:1603.04779.

    Examples:
        >>> import numpy as np
        >>> import numlp
        >>> network = numlp.Network((3, 5, 2), norm="before")
        >>> numlp.initialize(network, numlp.he, np.random.default_rng(0))
        >>> x = np.random.default_rng(1).standard_normal((20, 3), np.float32)
        >>> numlp.set_from_batch(network, x)
        >>> np.allclose(network.moments["bn1.mean"], (x @ network.params["linear1.W"]).mean(axis=0), atol=1e-5)
        True
    """
    one_pass = Pass(network)
    one_pass.forward(x, Mode(batch_moments=True, noise=()))
    network.moments.vector[:] = one_pass.moments.vector


def update_moving_average(network: Network, batch: "Pass | SharedPass", decay: float) -> None:
    """Moments = decay * moments + (1 - decay) * batch's moments; `decay` is the weight of the old ones."""
    stored, new = network.moments.vector, batch.moments.vector
    stored *= decay
    stored += (1 - decay) * new


def require_alike(name: str, layer: Layer, method: str, given: Array, returned: object) -> None:
    """Raise UserError unless a layer returned an array of the shape and type that it was given."""
    if not (isinstance(returned, np.ndarray) and returned.shape == given.shape and returned.dtype == given.dtype):
        texts = [f"{a.dtype} of shape {a.shape}" if isinstance(a, np.ndarray) else f"{type(a).__name__}" for a in (given, returned)]
        where = f"{name} ({type(layer).__module__}.{type(layer).__qualname__}).{method}"
        raise UserError(f"{where}: expected an array, {texts[0]}, as the result, got {texts[1]}")


def parameter_shapes(sizes: Sequence[int], norm: Placement, activation: Callable[..., Activation] = Relu) -> dict[str, Shape]:
    """Names and shapes of the parameters, in the order of the flat vector: weights first."""
    depth = len(sizes) - 1
    shapes: dict[str, Shape] = {f"linear{i}.W": (sizes[i - 1], sizes[i]) for i in range(1, depth + 1)}
    for i in range(1, depth + 1):
        shapes[f"linear{i}.b"] = (sizes[i],)
        if norm != "none" and i < depth:
            shapes |= {f"bn{i}.gamma": (sizes[i],), f"bn{i}.beta": (sizes[i],)}
        if i < depth:
            shapes |= {f"{layer_name(activation, i)}.{parameter}": (sizes[i],) for parameter in initial_values(activation)}
    return shapes


def moment_shapes(sizes: Sequence[int], norm: Placement) -> dict[str, Shape]:
    """Names and shapes of the stored moments."""
    if norm == "none":
        return {}
    hidden = list(enumerate(sizes[1:-1], start=1))
    shapes: dict[str, Shape] = {f"bn{i}.mean": (d,) for i, d in hidden}
    return shapes | {f"bn{i}.var": (d,) for i, d in hidden}
