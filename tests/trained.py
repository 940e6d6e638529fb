"""Networks as if trained, random images, and the probabilities that numlp itself gives them."""

from dataclasses import replace

import numpy as np

from numlp.data.dataset import DatasetInfo
from numlp.inference.model_file import Model
from numlp.nn.activations import Relu
from numlp.nn.initializers import he, initialize
from numlp.nn.network import Network

NAMES = [f"class {i}" for i in range(10)]
DATASET = DatasetInfo("random", {"seed": 0}, NAMES, "0")


def random_model(rng, sizes=(3072, 20, 10), norm="before", activation=Relu, shape=DATASET.shape):
    """A model of which every parameter and moment is away from its usual start."""
    network = Network(sizes, norm, eps=1e-7, activation=activation)
    initialize(network, he, rng)
    for name, view in {**network.params.views, **network.moments.views}.items():
        if not name.endswith(".W"):
            view[...] = rng.uniform(0.5, 1.5, view.shape) if name.endswith(("gamma", "var")) else rng.normal(0, 0.3, view.shape)
    choices = {"norm": {"placement": norm, "eps": 1e-7}, "activation": {"_target_": f"numlp.{activation.__name__}"}, "lam": 0.0}
    return Model(network, rng.uniform(0.3, 0.6, sizes[0]), rng.uniform(0.2, 0.3, sizes[0]), choices, replace(DATASET, shape=shape))


def random_images(rng, n):
    return rng.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8)


def rows(images):
    """Images as the project keeps them: channel-major rows."""
    return np.ascontiguousarray(np.moveaxis(images, -1, 1)).reshape(len(images), -1)
