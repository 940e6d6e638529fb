"""Published accuracies of fully connected networks on CIFAR-10, to which the ladder's are held."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Anchor:
    """A published test accuracy, in per cent.

    Attributes:
        label: For the plot.
        accuracy: As published.
        augmented: Images were changed while it trained, so that the network's order of pixels counts.
        source: Who published it, and how it was reached.
    """

    label: str
    accuracy: float
    augmented: bool
    source: str


LIN = "Lin, Memisevic and Konda 2015, arXiv:1511.02580, abstract: linear bottleneck layers and unsupervised pre-training"
BACHMANN = "Bachmann, Anagnostidis and Hofmann 2023, arXiv:2306.13575, table 1 (not yet compared with its text): without pre-training"

ANCHORS = (
    Anchor("the five reports' best", 56.4, False, "report R3, section 5: three layers with Adam"),
    Anchor("inverted bottlenecks, 100 epochs", 58.1, False, f"{BACHMANN}, B-MLP"),
    Anchor("wide, 1,000 epochs, augmented", 68.9, True, f"{BACHMANN}, S-MLP + DA"),
    Anchor("pre-trained", 70.0, False, f"{LIN} (about 70)"),
    Anchor("pre-trained, deformed images", 78.0, True, LIN),
)
