"""All figures of a run. The stages import this module where they draw: matplotlib takes its time."""

from numlp.report.comparison import Curve, by_class, overlaid
from numlp.report.confusion import confusion
from numlp.report.curves import curves
from numlp.report.health import Watched, health
from numlp.report.images import Disagreement, confident_errors, disagreements, first_layer
from numlp.report.lr_range import lr_range
from numlp.report.style import save

__all__ = [
    "Curve",
    "Disagreement",
    "Watched",
    "by_class",
    "confident_errors",
    "confusion",
    "curves",
    "disagreements",
    "first_layer",
    "health",
    "lr_range",
    "overlaid",
    "save",
]
