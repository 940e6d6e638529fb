"""A trained network to predict with, read from model.npz alone (docs/formats.md): batch norm is folded into the affine layers.

This file stands on its own, on NumPy and, where a table is asked for, pandas: a copy goes into MLflow with each model, whose loaded form
then needs no numlp. MLflow calls `_load_pyfunc`.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 1_000  # images that are predicted at once: 12 MB of inputs
ACTIVATIONS: dict[str, Callable[..., Any]] = {  # functions of x and, by name, of a layer's parameters; sources: numlp.nn.activations
    "Relu": lambda x: np.maximum(x, 0),
    "LeakyRelu": lambda x: np.where(x > 0, x, np.float32(0.01) * x),
    "Gelu": lambda x: x / 2 * (1 + np.tanh(np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x))),
    "Silu": lambda x: x / 2 * (1 + np.tanh(x / 2)),
}


@dataclass(frozen=True)
class Folded:
    """A network of affine layers with an activation between them, and its input's normalization."""

    scale: NDArray[np.float32]  # (d,); the input of the first layer is pixels * scale - shift, with pixels of 0 to 255, channel-major
    shift: NDArray[np.float32]  # (d,)
    layers: list[tuple[NDArray[np.float32], NDArray[np.float32]]]  # (d_in, d_out) weights and (d_out,) biases, from the first to the last
    names: list[str]  # names of the K classes
    activation: str  # the function between the layers: a name of ACTIVATIONS
    learned: list[dict[str, NDArray[np.float32]]]  # the (d,) parameters of each activation by name, for all layers but the last
    shape: tuple[int, ...]  # (height, width, channels) of an image, or (d,) where the inputs are no images

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, *shape) images as viewers show them, row by row with the channels last -> (N, K)."""
        if images.ndim == 0 or images.shape[1:] != self.shape or images.dtype != np.uint8:
            shape = ", ".join(map(str, ("N", *self.shape)))
            raise ValueError(f"images: expected uint8 of shape ({shape}), got {images.dtype} of shape {images.shape}")
        parts = [self._probabilities(images[start : start + CHUNK]) for start in range(0, len(images), CHUNK)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.names)), np.float32)

    def predict(self, model_input: NDArray[np.uint8], params: Mapping[str, Any] | None = None) -> "pd.DataFrame":
        """MLflow's call: images as for `probabilities` -> a table with the likeliest class as `prediction` and each probability."""
        import pandas as pd

        probabilities = self.probabilities(np.asarray(model_input))
        table = pd.DataFrame(probabilities, columns=self.names)
        table.insert(0, "prediction", [self.names[i] for i in probabilities.argmax(axis=1)])
        return table

    def _probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        rows = np.moveaxis(images, -1, 1).reshape(len(images), -1)  # channel-major
        x = rows[:, : self.scale.size] * self.scale - self.shift
        for (W, b), learned in zip(self.layers[:-1], self.learned, strict=True):
            x = ACTIVATIONS[self.activation](x @ W + b, **learned)
        W, b = self.layers[-1]
        logits = x @ W + b
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]  # NumPy types sums of floats as Any


def read(path: Path) -> Folded:
    """Read and fold model.npz; the sums are made in float64, so that folding costs one rounding."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files if name != "choices"}
        choices = json.loads(str(file["choices"]))
    part, std = choices.get("activation", {"name": "relu"}), arrays["input.std"]  # the oldest files have none
    activation = part["_target_"].rpartition(".")[2] if "_target_" in part else "".join(map(str.title, part["name"].split("_")))
    if activation not in ACTIVATIONS:
        raise ValueError(f"{path}: activation {activation} has no function in ACTIVATIONS of inference/standalone.py")
    layers = fold(arrays, choices["norm"]["placement"], choices["norm"]["eps"])
    prefixes = [f"{activation.lower()}{i}." for i in range(1, len(layers))]
    return Folded(
        scale=(1 / (255 * std)).astype(np.float32),
        shift=(arrays["input.mean"] / std).astype(np.float32),
        layers=layers,
        names=list(choices["dataset"]["class_names"]),
        activation=activation,
        learned=[
            {name.removeprefix(p): array.astype(np.float32) for name, array in arrays.items() if name.startswith(p)} for p in prefixes
        ],
        shape=tuple(choices["dataset"].get("shape", (32, 32, 3))),  # older files have none
    )


def fold(arrays: Mapping[str, NDArray[Any]], placement: str, eps: float) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Weights and biases without batch norm.

    With stored moments batch norm is x * slope + offset, slope = gamma / sqrt(var + eps), offset = beta - mean * slope. Before the
    non-linearity it scales the columns of the layer in front of it, after it the rows of the layer behind it.
    """
    wide = {name: array.astype(np.float64) for name, array in arrays.items()}
    depth = sum(name.endswith(".W") for name in wide)
    layers = [[wide[f"linear{i}.W"], wide[f"linear{i}.b"]] for i in range(1, depth + 1)]
    for i in range(1, depth) if placement != "none" else ():
        slope = wide[f"bn{i}.gamma"] / np.sqrt(wide[f"bn{i}.var"] + eps)
        offset = wide[f"bn{i}.beta"] - wide[f"bn{i}.mean"] * slope
        if placement == "before":
            W, b = layers[i - 1]
            layers[i - 1] = [W * slope, b * slope + offset]
        else:
            W, b = layers[i]
            layers[i] = [W * slope[:, np.newaxis], b + offset @ W]
    return [(W.astype(np.float32), b.astype(np.float32)) for W, b in layers]


def _load_pyfunc(path: str) -> Folded:
    return read(Path(path))
