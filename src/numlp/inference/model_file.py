"""model.npz: a trained network as plain arrays, with the choices that made it (docs/formats.md)."""

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numlp.arrays import Array
from numlp.config.parts import bind_local, update_choices
from numlp.data.dataset import DatasetInfo
from numlp.data.normalise import Pixels
from numlp.errors import UserError, require
from numlp.files import replacing
from numlp.nn.activations import Relu
from numlp.nn.network import Network
from numlp.threads import blas_threads
from numlp.training.evaluator import Evaluator


@dataclass(frozen=True)
class Model:
    """A trained network and what is needed to use it.

    Attributes:
        network: The network with its stored moments.
        mean: (d,) means of the input's pixels on the 0..1 scale.
        std: (d,) their standard deviations.
        choices: The run's settings, as plain containers; no path of a machine.
        dataset: The data set that it was trained on.
    """

    network: Network
    mean: Array
    std: Array
    choices: dict[str, Any]
    dataset: DatasetInfo

    @property
    def threads(self) -> int:
        """Threads of BLAS in training; its metrics are measured with as many."""
        return int(self.choices.get("train", {}).get("threads", 1))

    def require_images(self, where: str) -> None:
        """Raise UserError unless the network reads the values of an image of its data set, or as many of them as the run chose."""
        inputs = self.choices.get("model", {}).get("inputs") or self.dataset.inputs
        expected = f"a model of {inputs} inputs, from images of shape {list(self.dataset.shape)}"
        require(self.mean.size == inputs, where, expected, inputs=self.mean.size)

    def probabilities(self, images: NDArray[np.uint8]) -> Array:
        """(N, d) raw images, channel-major -> (N, K) class probabilities, by the network as it was trained: no layer is folded."""
        with blas_threads(self.threads):
            return Evaluator(self.network).probabilities(Pixels(images, self.mean, self.std))


def save_model(path: Path | str, model: Model) -> None:
    """Write `model`: the same model gives the same bytes on any machine."""
    network, choices = model.network, {**model.choices, "dataset": asdict(model.dataset)}
    arrays = {**network.params.views, **network.moments.views, "input.mean": model.mean, "input.std": model.std}
    with replacing(Path(path)) as file:
        np.savez(file, allow_pickle=False, choices=np.array(json.dumps(choices, sort_keys=True)), **arrays)


def load_model(path: Path | str) -> Model:
    """Read what `save_model` wrote.

    Raises:
        UserError: There is no such file, it is cut short or altered, or its arrays are not those of a network.

    Examples:
        >>> import tempfile
        >>> import numpy as np
        >>> import numlp
        >>> info = numlp.DatasetInfo("demo", {"seed": 0}, ["light", "dark"], digest="0" * 64)
        >>> choices = {"norm": {"placement": "none", "eps": 1e-5}}
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = f"{folder}/model.npz"  # build/train/model.npz after a training
        ...     numlp.save_model(path, numlp.Model(numlp.Network((3, 2)), np.zeros(3), np.ones(3), choices, info))
        ...     numlp.load_model(path).probabilities(np.zeros((1, 3), np.uint8)).tolist()
        [[0.5, 0.5]]
    """
    if not (path := Path(path)).exists():
        raise UserError(f"model not found: {path}; train one with numlp run or numlp train")
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        choices = update_choices(json.loads(str(arrays.pop("choices"))))
        dataset = DatasetInfo(**choices.pop("dataset"))
        mean, std = arrays.pop("input.mean"), arrays.pop("input.std")
        depth = sum(name.endswith(".W") for name in arrays)
        weights = [arrays[f"linear{i}.W"] for i in range(1, depth + 1)]
        sizes = [W.shape[0] for W in weights] + [weights[-1].shape[1]]
        activation = bind_local(choices["activation"]) if "activation" in choices else Relu  # the oldest models have none
        network = Network(sizes, choices["norm"]["placement"], choices["norm"]["eps"], activation=activation)
        for name, view in {**network.params.views, **network.moments.views}.items():
            view[...] = arrays[name]
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    except (zipfile.BadZipFile, ValueError, TypeError, KeyError, IndexError, EOFError) as error:
        raise UserError(f"{path}: no complete model file of numlp ({type(error).__name__}: {error})") from error
    return Model(network, mean, std, choices, dataset)
