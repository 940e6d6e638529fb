"""numlp: k-layer networks with batch normalization, by hand in NumPy, as a reproducible pipeline.

The names of `__all__` are the public face for library users: `import numlp`, then `numlp.Network(...)`. Each is imported when it is
first used, so that `import numlp` alone imports no NumPy. The package's own modules import from each other and not from here.
"""

import os
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numlp.data.dataset import DatasetInfo, RawData
    from numlp.data.image_file import read_image
    from numlp.data.normalise import Part
    from numlp.data.synthetic import synthesize
    from numlp.errors import UserError
    from numlp.inference.model_file import Model, load_model, save_model
    from numlp.nn.activations import Relu
    from numlp.nn.batch_norm import BatchNorm
    from numlp.nn.dropout import Dropout
    from numlp.nn.gradient_check import Difference, check_gradients
    from numlp.nn.initializers import gaussian, he, initialize, xavier
    from numlp.nn.linear import Linear
    from numlp.nn.loss import accuracy, cross_entropy, cross_entropy_gradient, softmax
    from numlp.nn.mode import PREDICTION, TRAINING, Mode
    from numlp.nn.moments import set_from_batch, update_moving_average
    from numlp.nn.network import Network, Pass
    from numlp.optim.optimizers import Adam, Momentum, Sgd, clip_by_norm
    from numlp.optim.schedules import constant, cosine, cyclical, exponential, one_cycle
    from numlp.training.evaluator import Evaluator, Scores, confusion_matrix
    from numlp.training.history import Record
    from numlp.training.plan import Plan
    from numlp.training.trainer import train

# OpenBLAS reads it once, when NumPy is imported. After a product its threads wait for the next one in a loop that takes a core, for 2^28
# clock cycles or 0.1 s: 2^20 leave the core to the threads of an update (numlp.threads), and products that follow each other are as fast.
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")

__version__ = version("numlp")

__all__ = [
    "PREDICTION",
    "TRAINING",
    "Adam",
    "BatchNorm",
    "DatasetInfo",
    "Difference",
    "Dropout",
    "Evaluator",
    "Linear",
    "Mode",
    "Model",
    "Momentum",
    "Network",
    "Part",
    "Pass",
    "Plan",
    "RawData",
    "Record",
    "Relu",
    "Scores",
    "Sgd",
    "UserError",
    "accuracy",
    "check_gradients",
    "clip_by_norm",
    "confusion_matrix",
    "constant",
    "cosine",
    "cross_entropy",
    "cross_entropy_gradient",
    "cyclical",
    "exponential",
    "gaussian",
    "he",
    "initialize",
    "load_model",
    "one_cycle",
    "read_image",
    "save_model",
    "set_from_batch",
    "softmax",
    "synthesize",
    "train",
    "update_moving_average",
    "xavier",
]

_NAMES = {  # by module
    "data.image_file": ("read_image",),
    "data.normalise": ("Part",),
    "data.dataset": ("DatasetInfo", "RawData"),
    "data.synthetic": ("synthesize",),
    "errors": ("UserError",),
    "inference.model_file": ("Model", "load_model", "save_model"),
    "nn.activations": ("Relu",),
    "nn.batch_norm": ("BatchNorm",),
    "nn.dropout": ("Dropout",),
    "nn.gradient_check": ("Difference", "check_gradients"),
    "nn.initializers": ("gaussian", "he", "initialize", "xavier"),
    "nn.linear": ("Linear",),
    "nn.loss": ("accuracy", "cross_entropy", "cross_entropy_gradient", "softmax"),
    "nn.mode": ("Mode", "PREDICTION", "TRAINING"),
    "nn.moments": ("set_from_batch", "update_moving_average"),
    "nn.network": ("Network", "Pass"),
    "optim.optimizers": ("Adam", "Momentum", "Sgd", "clip_by_norm"),
    "optim.schedules": ("constant", "cosine", "cyclical", "exponential", "one_cycle"),
    "training.evaluator": ("Evaluator", "Scores", "confusion_matrix"),
    "training.history": ("Record",),
    "training.plan": ("Plan",),
    "training.trainer": ("train",),
}

if not TYPE_CHECKING:  # the type checker reads the imports above

    def __getattr__(name: str) -> object:
        for module, names in _NAMES.items():
            if name in names:
                globals()[name] = getattr(import_module(f"numlp.{module}"), name)
                return globals()[name]
        raise AttributeError(f"module 'numlp' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
