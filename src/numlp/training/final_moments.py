"""Batch norm's running statistics: a moving average, or the moments of many images in its place once training is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from numlp.arrays import Array
from numlp.config import Config
from numlp.config.parts import build
from numlp.data.augment import flip_half
from numlp.data.normalise import Name, Prepared
from numlp.errors import FRACTION, require
from numlp.nn.moments import set_from_batch
from numlp.nn.network import Network
from numlp.training.plan import AUGMENTATION, stream


@dataclass(frozen=True)
class EmaMoments:
    """A moving average over the batches of training, of which the old value has the weight `alpha`."""

    alpha: float = 0.9
    split: ClassVar[Name | None] = None  # whose images replace the average

    def __post_init__(self) -> None:
        FRACTION.require("moments.alpha", alpha=self.alpha)


@dataclass(frozen=True)
class PreciseMoments(EmaMoments):
    """The moments of one pass over random training images. Source: see `numlp.set_from_batch`."""

    images: int = 10_000
    split: ClassVar[Name | None] = "train"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.images >= 2, "moments.images", "a whole number of at least 2", images=self.images)

    def change(self, x: Array, shape: Sequence[int], rng: np.random.Generator) -> Array:
        """The sampled images, of `shape`, as the pass sees them."""
        return x


@dataclass(frozen=True)
class AdaptiveMoments(PreciseMoments):
    """The moments of random test images, never their labels, each mirrored with probability 1/2."""

    images: int = 1_000
    split: ClassVar[Name | None] = "test"

    def change(self, x: Array, shape: Sequence[int], rng: np.random.Generator) -> Array:
        """The sampled images, of `shape`, as the pass sees them."""
        return flip_half(x, shape, rng)


def check_moments(config: Config, data: Prepared) -> None:
    """Raise UserError when the run asks for moments from more images than the split has."""
    moments = build(config.moments)
    if moments.split is not None:
        images = len(data.part(moments.split).labels)
        require(moments.images <= images, "moments.images", f"at most {images}, the number of images in the split", images=moments.images)


def set_final_moments(config: Config, network: Network, data: Prepared) -> None:
    """Replace the moving average by the moments of many images where the run asks for it."""
    moments = build(config.moments)
    if moments.split is None or config.norm.placement == "none":
        return
    rng, x = np.random.default_rng(stream(config.seed, AUGMENTATION)), data.part(moments.split).x
    sample = x[np.sort(rng.choice(len(x), moments.images, replace=False))]
    set_from_batch(network, moments.change(sample, data.dataset.shape, rng))
