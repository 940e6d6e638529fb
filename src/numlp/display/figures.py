"""All figures. Who draws imports this module in the function that draws: matplotlib takes its time."""

from numlp.display.confusion import draw_confusion
from numlp.display.contour import draw_contour
from numlp.display.curves import Curve, draw_curves, draw_overlaid_curves
from numlp.display.health_strips import Watched, draw_health
from numlp.display.images import draw_confident_errors, draw_first_layer
from numlp.display.lr_range_curve import draw_lr_range
from numlp.display.search_rounds import Span, Tried, draw_rounds
from numlp.display.style import save

__all__ = [
    "Curve",
    "Span",
    "Tried",
    "Watched",
    "draw_confident_errors",
    "draw_confusion",
    "draw_contour",
    "draw_curves",
    "draw_first_layer",
    "draw_health",
    "draw_lr_range",
    "draw_overlaid_curves",
    "draw_rounds",
    "save",
]
