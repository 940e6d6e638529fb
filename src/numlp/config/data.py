"""The data set, its split and augmentation."""

import re
from dataclasses import dataclass, field

from omegaconf import MISSING

from numlp.config.base import Checked
from numlp.errors import require

SIDE, PIXELS, CLASSES = 32, 3_072, 10  # of an image: 32 x 32 in 3 colors
IMAGES, TRAIN_IMAGES = 60_000, 50_000  # of a data set; the last 10,000 are the test split


@dataclass
class SourceConfig(Checked):
    """Where the raw images come from: an archive from the network, or images made from `seed`."""

    name: str = MISSING
    seed: int | None = None  # of the images that data=synthetic makes; null for an archive
    file: str | None = None
    sha256: str | None = None
    urls: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        plain = re.fullmatch(r"\w[\w .-]*", self.name) is not None  # it is the name of a directory
        require(plain, "data.source.name", "letters, digits, spaces and . _ -, with a letter or digit first", name=self.name)
        require(
            bool(self.urls) != (self.seed is not None), "data.source", "either urls or a seed, not both", urls=self.urls, seed=self.seed
        )


@dataclass
class DataConfig(Checked):
    """The data set."""

    source: SourceConfig = field(default_factory=SourceConfig)


@dataclass
class AugmentConfig(Checked):
    """How the training images are changed at random: mirrored, shifted by up to `shift` pixels, a square of side `cutout` set to 0."""

    flip: bool = False
    shift: int = 0
    cutout: int = 0

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        for name, value in (("shift", self.shift), ("cutout", self.cutout)):
            require(0 <= value < SIDE, f"augment.{name}", f"a whole number of pixels from 0 to {SIDE - 1}", **{name: value})


@dataclass
class SplitConfig(Checked):
    """Half-open ranges of the 50,000 training images, in the official order. The test images are always the test split."""

    train: list[int] = MISSING
    val: list[int] = MISSING

    def check(self) -> None:
        """Raise UserError for a value that breaks a rule."""
        for name, part in (("train", self.train), ("val", self.val)):
            good = len(part) == 2 and 0 <= part[0] < part[1] <= TRAIN_IMAGES
            require(good, f"split.{name}", f"[start, stop] with 0 <= start < stop <= {TRAIN_IMAGES}", **{name: part})
        apart = self.train[1] <= self.val[0] or self.val[1] <= self.train[0]
        require(apart, "split", "training and validation ranges that do not overlap", train=self.train, val=self.val)
