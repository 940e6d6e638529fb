"""All figures of a run. The stages import this module where they draw: matplotlib takes its time."""

from numlp.display.confusion import confusion
from numlp.display.curves import curves
from numlp.display.health_strips import Watched, health
from numlp.display.images import Disagreement, confident_errors, disagreements, first_layer
from numlp.display.lr_range_curve import lr_range
from numlp.display.run_comparison import Curve, by_class, overlaid
from numlp.display.style import save

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
