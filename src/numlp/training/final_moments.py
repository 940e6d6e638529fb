"""The moments that batch norm predicts with, where a run asks for others than its moving average."""

import numpy as np

from numlp.config import Config
from numlp.data.augment import flip_half
from numlp.data.normalise import Name, Prepared
from numlp.errors import require
from numlp.nn.moments import set_from_batch
from numlp.nn.network import Network
from numlp.training import build

MOMENTS_FROM: dict[str, Name] = {"precise": "train", "adaptive": "test"}


def check_moments(config: Config, data: Prepared) -> None:
    """Raise UserError when the run asks for moments from more images than the split has."""
    if config.moments.images is not None:
        images = len(data.part(MOMENTS_FROM[config.moments.name]).labels)
        expected = f"at most {images}, the number of images in the split"
        require(config.moments.images <= images, "moments.images", expected, images=config.moments.images)


def set_final_moments(config: Config, network: Network, data: Prepared) -> None:
    """Replace the moving average by precise or adaptive moments where the run asks for them."""
    images = config.moments.images
    if images is None or config.norm.placement == "none":
        return
    rng = np.random.default_rng(build.stream(config.seed, build.AUGMENTATION))
    x = data.part(MOMENTS_FROM[config.moments.name]).x
    sample = x[np.sort(rng.choice(len(x), images, replace=False))]
    if config.moments.name == "adaptive":
        sample = flip_half(sample, data.dataset.shape, rng)
    set_from_batch(network, sample)
