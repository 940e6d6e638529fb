"""The rungs, in the order in which the page climbs them."""

from dataclasses import dataclass

SEEDS = (0, 1, 2)  # of each rung


@dataclass(frozen=True)
class Rung:
    """An experiment of conf/experiment that changes one thing of another.

    Attributes:
        experiment: Name of its file, without suffix; of another rung's, where the change is one of evaluation alone.
        change: What it changes, for a table.
        after: The experiment that it changes; empty for the first.
        flipped: Its accuracy is that of images and their mirror images together.
    """

    experiment: str
    change: str
    after: str
    flipped: bool = False

    @property
    def number(self) -> int:
        """Its place on the page, from 1."""
        return RUNGS.index(self) + 1


RUNGS = (
    Rung("l01_start", "three layers with batch norm, experiment E01 of report R0", ""),
    Rung("l02_wider", "hidden layers of 1024, 512 and 256 units instead of 50 and 50; 10 epochs", "l01_start"),
    Rung("l03_dropout", "dropout of 0.15", "l02_wider"),
    Rung("l04_momentum_cosine", "Nesterov momentum, decoupled weight decay, cosine schedule", "l03_dropout"),
    Rung("l05_gelu", "GELU instead of ReLU", "l04_momentum_cosine"),
    Rung("l06_smoothing", "label smoothing of 0.1", "l05_gelu"),
    Rung("l07_mixup", "mixup of 0.3", "l06_smoothing"),
    Rung("l08_average", "moving average of the weights", "l07_mixup"),
    Rung("l09_longer", "2048, 1024 and 512 units; 40 epochs; more dropout, mixup and weight decay", "l08_average"),
    Rung("l10_flip", "images mirrored at random, instead of dropout", "l06_smoothing"),
    Rung("l11_shift", "images shifted by up to 2 pixels", "l10_flip"),
    Rung("l12_cutout", "a square of 8 by 8 pixels cut out", "l11_shift"),
    Rung("l13_augmented_longer", "2048, 1024 and 512 units; 45 epochs; moving average of the weights", "l11_shift"),
    Rung("l13_augmented_longer", "evaluation of each image with its mirror image", "l13_augmented_longer", flipped=True),
)
